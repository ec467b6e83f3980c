import { constants, promises as fs, type Stats } from "node:fs";
import { InputError } from "../errors.ts";

const EXPECTED = "the path of a picture file";

/**
 * Reads a plain file of at most `maxBytes` bytes. Anything else that a path can name (folder, pipe,
 * device, socket) is refused before it is opened, so that reading never hangs.
 *
 * @throws {InputError} that says what is wrong with the file.
 */
export async function readPlainFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const name = printable(path);
  try {
    requirePlain(await fs.stat(path), name);
    // A pipe put in the file's place since then would block an ordinary open.
    const file = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      requirePlain(stats, name);
      const bytes = stats.size > maxBytes ? undefined : await readAtMost(file, maxBytes);
      if (bytes) return bytes;
      throw new InputError(`${name} is too large`, `a picture of at most ${maxBytes / 2 ** 20} MiB`);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof InputError
      ? error
      : new InputError(explain(error, name), EXPECTED, { cause: error });
  }
}

/** A path as it may stand in a message: control characters could drive the terminal. */
export function printable(path: string): string {
  return path === "" ? "an empty path" : path.replace(/\p{C}/gu, "?");
}

function requirePlain(stats: Stats, name: string): void {
  if (stats.isFile()) return;
  throw new InputError(`${name} is ${stats.isDirectory() ? "a folder" : "a pipe or device"}`, EXPECTED);
}

/** Undefined when the file holds more; its size as stated is not believed (it may grow). */
async function readAtMost(file: fs.FileHandle, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (total <= maxBytes) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(1 << 20));
    if (bytesRead === 0) return Buffer.concat(chunks, total);
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  return undefined;
}

function explain(error: unknown, name: string): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return `${name} does not exist`;
    case "EACCES":
    case "EPERM":
      return `${name} may not be read: permission denied`;
    default:
      return `${name} cannot be read${code === "" ? "" : ` (${code})`}`;
  }
}
