import { join } from "node:path";
import type { DatabaseConfig } from "../config.ts";
import { within } from "../lib/within.ts";
import type { Logger } from "../log.ts";
import type { CallStore } from "./calls.ts";
import type { Ledger } from "./ledger.ts";
import { createLink, type Link } from "./link.ts";
import { StoreError, type StoreFault } from "./messages.ts";
import { createOutbox } from "./outbox.ts";

/** Entries, and calls, that wait for a database that cannot be written; turns go on meanwhile. */
const OUTBOX_LIMIT = 1000;
const RETRY_FIRST_MS = 200;
const RETRY_MOST_MS = 10_000;
/** What is pending at the end is written within this, or given up. */
const CLOSE_DEADLINE_MS = 3000;
const DEFAULT_LIMIT = 50;

export interface StoreOptions {
  /** Folder of the database file, absolute. */
  readonly dir: string;
  /** A PostgreSQL instead of the file; undefined: the file. */
  readonly database?: DatabaseConfig | undefined;
  /** Days that a ledger entry is kept. */
  readonly retentionDays: number;
  readonly log: Logger;
}

/** The ledger of a database, which can also forget. */
export interface LedgerStore extends Ledger {
  /** Deletes all of a caller's entries. @throws {StoreError} */
  forget(caller: string): Promise<number>;
}

export interface Store {
  readonly ledger: LedgerStore;
  readonly calls: CallStore;
  /** `degraded`: writes wait in memory, because the database cannot be written now. */
  state(): "ok" | "degraded";
  /** Writes what is pending, for three seconds at most. */
  close(): Promise<void>;
}

/**
 * Opens the ledger and the running calls: one SQLite file that several processes share, in a thread of
 * its own, or a PostgreSQL that several machines share. It never fails to open: without a usable file or
 * server it is `degraded` and says so once. Reads throw `StoreError`; writes never do.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { log } = options;
  const link = await linkOf(options);
  const outbox = createOutbox(OUTBOX_LIMIT);
  let fault: StoreFault | undefined;
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = RETRY_FIRST_MS;
  let closed = false;

  /** Another process's long write is no fault of the store until it has lasted a while. */
  function failed(found: StoreFault): void {
    if (fault === undefined && (found !== "busy" || retryMs > 4 * RETRY_FIRST_MS)) {
      fault = found;
      log.error({ fault }, "store degraded: ledger and running calls wait in memory");
    }
    retryMs = Math.min(RETRY_MOST_MS, retryMs * 2);
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), retryMs);
    timer.unref();
  }
  function worked(): void {
    retryMs = RETRY_FIRST_MS;
    if (fault === undefined) return;
    fault = undefined;
    log.info({ dropped: outbox.dropped }, "store works again");
  }
  async function write(): Promise<void> {
    while (fault !== undefined || !outbox.empty) {
      const batch = outbox.batch();
      try {
        const refused = await link.ask({ type: "write", batch });
        if (refused > 0) log.error({ refused }, "malformed records were not stored");
      } catch (error) {
        return failed(error instanceof StoreError ? error.fault : "unavailable");
      }
      outbox.stored(batch);
      worked();
    }
  }
  function flush(): Promise<void> {
    clearTimeout(timer);
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  }
  function changed(change: () => void): void {
    if (closed) return;
    change();
    if (fault === undefined) void flush();
  }
  const written = async (): Promise<void> => {
    if (fault === undefined) await flush();
  };

  const empty = { entries: [], calls: [] };
  await link.ask({ type: "write", batch: empty }).catch((error: unknown) => {
    failed(error instanceof StoreError ? error.fault : "unavailable");
  });

  return {
    ledger: {
      add: (entry) => changed(() => outbox.addEntry(entry)),
      async ofCaller(caller, { limit = DEFAULT_LIMIT, call } = {}) {
        await written();
        const stored = await link.ask({ type: "of-caller", caller, call: call ?? null, limit });
        return [...outbox.ofCaller(caller, call), ...stored].slice(0, limit);
      },
      async forget(caller) {
        await written();
        outbox.forget(caller);
        return link.ask({ type: "forget", caller });
      },
      close: flush,
    },
    calls: {
      save: (call, takenFrom) => changed(() => outbox.saveCall(call, takenFrom)),
      remove: (id, process) => changed(() => outbox.removeCall(id, process)),
      async ofRoom(room) {
        await written();
        return (await link.ask({ type: "of-room", room })) ?? undefined;
      },
      async ofProcess(process) {
        await written();
        return link.ask({ type: "of-process", process });
      },
    },
    state: () => (fault === undefined ? "ok" : "degraded"),
    async close() {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      const written = flush().then(() => link.ask({ type: "close" }));
      await within(written, CLOSE_DEADLINE_MS, undefined).catch(() => null);
      clearTimeout(timer);
      await link.end();
    },
  };
}

/** pg is loaded only where it is used. */
async function linkOf({ dir, database, retentionDays }: StoreOptions): Promise<Link> {
  if (!database) return createLink(join(dir, "sightline.db"), { retentionDays });
  const { createPostgresLink } = await import("./postgres/link.ts");
  return createPostgresLink(database, { retentionDays });
}
