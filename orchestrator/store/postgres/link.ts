import type { DatabaseConfig } from "../../config.ts";
import { within } from "../../lib/within.ts";
import type { Link } from "../link.ts";
import { StoreError, type StoreRequest, type StoreResults } from "../messages.ts";
import { postgresTables, type PostgresDatabase } from "./database.ts";
import { faultOf } from "./faults.ts";
import { migrate } from "./migrations.ts";
import { createConnections, type Connections } from "./pool.ts";

/** Who opens it waits so long for another who brings a large table up to date. */
const OPEN_MS = 2000;
/** How often what is too old is looked for. */
const PURGE_EVERY_MS = 60 * 60 * 1000;

/** The way to a PostgreSQL: nothing of it blocks, so it needs no thread. Connects with the first request. */
export function createPostgresLink(
  config: DatabaseConfig,
  { retentionDays }: { readonly retentionDays: number },
): Link {
  let connections: Connections | undefined;
  let opening: Promise<PostgresDatabase> | undefined;
  let isOver = false;

  /** A database that could not be opened is tried again with the next request. */
  const opened = (): Promise<PostgresDatabase> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const open = async (): Promise<PostgresDatabase> => {
    connections ??= createConnections(config);
    await migrate(connections);
    const database = postgresTables(connections, retentionDays);
    await database.purge(Date.now());
    return database;
  };
  const purging = setInterval(() => {
    // The next request meets the same fault and reports it.
    if (opening)
      opened()
        .then((database) => database.purge(Date.now()))
        .catch(() => {});
  }, PURGE_EVERY_MS);
  purging.unref();

  const run = async (request: StoreRequest): Promise<StoreResults[StoreRequest["type"]]> => {
    if (isOver) throw new StoreError("unavailable");
    if (request.type === "close") {
      await close();
      return null;
    }
    const database = await within(opened(), OPEN_MS, undefined);
    if (!database) throw new StoreError("busy");
    switch (request.type) {
      case "write":
        return database.write(request.batch);
      case "of-caller":
        return database.ofCaller(request.caller, request);
      case "forget":
        return database.forget(request.caller);
      case "of-room":
        return database.ofRoom(request.room);
      case "of-process":
        return database.ofProcess(request.process);
    }
  };
  const close = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    clearInterval(purging);
    await connections?.close();
  };

  return {
    ask: (request) =>
      run(request).catch((error: unknown) => {
        throw error instanceof StoreError ? error : new StoreError(faultOf(error));
      }) as Promise<never>,
    async end() {
      // What still runs ends by its own time limit; nobody waits for it.
      void close().catch(() => {});
    },
  };
}
