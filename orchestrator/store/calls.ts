import type { PastTurn } from "../turn/turn.ts";

/** What is kept of a running call so that another process can take it up after a crash. No pictures. */
export interface StoredCall {
  readonly id: string;
  readonly room: string;
  /** The caller's identity in the room. */
  readonly caller: string;
  /** The agent's identity in the room. */
  readonly agent: string;
  /** Which agent process serves it: a random name, of which no two machines have the same. */
  readonly process: string;
  /** Pictures are left out: both picture fields are null. */
  readonly history: readonly PastTurn[];
}

/**
 * The calls that are running now. An entry is gone as soon as its call has ended. It belongs to the
 * process that it names: a late word of any other, such as one that was cut off and whose call was taken
 * up meanwhile, changes nothing.
 */
export interface CallStore {
  /** @param takenFrom The process that served the call before, as read here; its entry is replaced. */
  save(call: StoredCall, takenFrom?: string): void;
  /** @param process Whose entry it is. */
  remove(id: string, process: string): void;
  /** The call that a room is in, or was in when its process died. */
  ofRoom(room: string): Promise<StoredCall | undefined>;
  ofProcess(process: string): Promise<readonly StoredCall[]>;
}
