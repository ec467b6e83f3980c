import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { isEqual } from "./caller-cookie.ts";

/** Names of rooms that tell whose they are without a record of them. */
export interface Rooms {
  /** A room for a call of its own. */
  create(caller: string): string;
  isOf(caller: string, room: string): boolean;
}

const ROOM = /^(sightline-[\w]{12})-([\w-]{22})$/;

/** Derives its key from the secret (HKDF-SHA256, RFC 5869). */
export function createRooms(secret: string | Uint8Array): Rooms {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "sightline room name 1", 32));
  const tag = (caller: string, start: string): string =>
    createHmac("sha256", key).update(`${start} ${caller}`).digest().subarray(0, 16).toString("base64url");
  return {
    create(caller) {
      const start = `sightline-${randomBytes(6).toString("hex")}`;
      return `${start}-${tag(caller, start)}`;
    },
    isOf(caller, room) {
      const [, start, given] = ROOM.exec(room) ?? [];
      return (
        start !== undefined &&
        given !== undefined &&
        isEqual(Buffer.from(tag(caller, start)), Buffer.from(given))
      );
    },
  };
}
