import { createHash } from "node:crypto";

/** The hash as verdicts and lock files have it: lower-case hex. */
export function sha256Of(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
