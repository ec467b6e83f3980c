import { createHmac, randomBytes } from "node:crypto";

/** Of this process alone: a phone number could be tried out against a plain hash. */
const SALT = randomBytes(16);

/** A room in a log: the same for all lines of a process, and not the name, which holds the number of who phones. */
export function roomTag(room: string): string {
  return createHmac("sha256", SALT).update(room).digest("hex").slice(0, 8);
}
