import { parentPort, workerData } from "node:worker_threads";
import { openDatabase, type Database } from "./database.ts";
import type { StoreFault, StoreReply, StoreRequest, StoreResults } from "./messages.ts";
import { NewerSchemaError } from "./newer-schema.ts";

/** How often what is too old is looked for. */
const PURGE_EVERY_MS = 60 * 60 * 1000;

const { file, retentionDays } = workerData as { readonly file: string; readonly retentionDays: number };
let database: Database | undefined;

parentPort?.on("message", ({ number, request }: { number: number; request: StoreRequest }) => {
  parentPort?.postMessage(answer(number, request), []);
});
setInterval(() => {
  try {
    opened().purge(Date.now());
  } catch {
    // the next request meets the same fault and reports it
  }
}, PURGE_EVERY_MS).unref();

function answer(number: number, request: StoreRequest): StoreReply {
  try {
    return { number, ok: true, result: run(request) };
  } catch (error) {
    return { number, ok: false, fault: toFault(error) };
  }
}

function run(request: StoreRequest): StoreResults[StoreRequest["type"]] {
  switch (request.type) {
    case "write":
      return opened().write(request.batch);
    case "of-caller":
      return opened().ofCaller(request.caller, request);
    case "forget":
      return opened().forget(request.caller);
    case "of-room":
      return opened().ofRoom(request.room);
    case "of-process":
      return opened().ofProcess(request.process);
    case "close":
      database?.close();
      database = undefined;
      return null;
  }
}

/** A file that could not be opened is tried again with the next request. */
function opened(): Database {
  if (database) return database;
  const fresh = openDatabase(file, { retentionDays });
  try {
    fresh.purge(Date.now());
  } catch (error) {
    if (toFault(error) !== "busy") {
      fresh.close();
      throw error;
    }
  }
  database = fresh;
  return fresh;
}

/** By SQLite's primary result codes: https://sqlite.org/rescode.html */
function toFault(error: unknown): StoreFault {
  if (!(error instanceof Error)) return "unavailable";
  if (error instanceof NewerSchemaError) return "newer";
  if ("code" in error && error.code === "ENOSPC") return "full";
  const code = "errcode" in error ? Number(error.errcode) & 0xff : 0;
  if (code === 5 || code === 6) return "busy";
  if (code === 13) return "full";
  return code === 11 || code === 26 ? "corrupt" : "unavailable";
}
