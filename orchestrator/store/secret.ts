import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Characters of a secret: 256 bits in base64url. */
const SECRET = /^[\w-]{43}$/;

/**
 * The secret of this installation, made at the first start and kept in a file that only its owner can
 * read, so that callers are still themselves after a restart. Several processes may start at once.
 *
 * @throws what the file system throws, and when the file holds something else.
 */
export function ownSecret(dir: string): string {
  const path = join(dir, "secret");
  const kept = readSecret(path);
  if (kept !== undefined) return kept;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  try {
    // a link, unlike a rename, leaves alone what another process was first to make
    linkSync(draft, path);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  } finally {
    unlinkSync(draft);
  }
  return readSecret(path) ?? ownSecret(dir);
}

function readSecret(path: string): string | undefined {
  try {
    const text = readFileSync(path, "utf8").trim();
    if (!SECRET.test(text))
      throw new Error(`${path} does not hold a secret; expected 43 characters of base64url`);
    chmodSync(path, 0o600);
    return text;
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
