import type { Pin } from "./lock.ts";
import { type PartFile, TargetError } from "./part-file.ts";

/** More than this is refused where the size is not known beforehand. */
const MAX_UNKNOWN_BYTES = 64 * 1024 * 1024;
/** A broken transfer is taken up again this often, as long as each brings something new. */
const MAX_RESUMES = 5;

export interface DownloadOptions {
  readonly pin: Pin;
  readonly signal: AbortSignal;
  /** Longest wait for the answer, and between two chunks of it. */
  readonly idleMs: number;
  readonly onProgress: (receivedBytes: number, totalBytes: number | null) => void;
}

/** The server cannot give this file; asking again would not help. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/**
 * Brings `url` into the part file, going on where it stands. A server that ignores the range, or
 * gives another one, makes it start over.
 *
 * @throws {RefusedError} for a status or size that cannot be right; any other error is the network's
 * or the disk's, and leaves what came.
 */
export async function download(url: string, part: PartFile, options: DownloadOptions): Promise<void> {
  for (let resumes = 0; ; resumes += 1) {
    const before = part.size();
    try {
      if (await transfer(url, part, options)) return;
    } catch (error) {
      const hopeless =
        error instanceof RefusedError || error instanceof TargetError || options.signal.aborted;
      if (hopeless || resumes >= MAX_RESUMES || part.size() <= before) throw error;
    }
  }
}

/** One request. False: the part file did not fit the server's file and was emptied. */
async function transfer(url: string, part: PartFile, options: DownloadOptions): Promise<boolean> {
  const { pin, signal, idleMs, onProgress } = options;
  const idle = new AbortController();
  const timer = setTimeout(() => {
    idle.abort(Object.assign(new Error(`no data for ${idleMs} ms`), { code: "ETIMEDOUT" }));
  }, idleMs);
  try {
    if (pin.bytes !== null && part.size() >= pin.bytes) await part.restart();
    const start = part.size();
    const response = await fetch(url, {
      headers: { "accept-encoding": "identity", ...(start > 0 && { range: `bytes=${start}-` }) },
      signal: AbortSignal.any([signal, idle.signal]),
    });
    const total = await accept(response, start, part, pin);
    if (total === undefined) {
      await response.body?.cancel();
      return false;
    }
    const limit = pin.bytes ?? MAX_UNKNOWN_BYTES;
    for await (const chunk of response.body ?? []) {
      timer.refresh();
      if (part.size() + chunk.length > limit) {
        await part.restart();
        throw new RefusedError(`sends more than ${limit} bytes`);
      }
      await part.append(chunk);
      onProgress(part.size(), total);
    }
    if (total !== null && part.size() < total)
      throw Object.assign(new Error(`ended after ${part.size()} of ${total} bytes`), { code: "ECONNRESET" });
    return true;
  } catch (error) {
    throw idle.signal.aborted && !signal.aborted ? idle.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** The whole file's size (null: not known), or undefined when the part file had to be emptied. */
async function accept(
  response: Response,
  start: number,
  part: PartFile,
  pin: Pin,
): Promise<number | null | undefined> {
  const { status, headers } = response;
  if (start > 0 && (status === 416 || (status === 206 && rangeStart(headers) !== start))) {
    await part.restart();
    return undefined;
  }
  if (status !== 200 && !(status === 206 && start > 0)) {
    await response.body?.cancel();
    throw new RefusedError(`answered ${status}`);
  }
  if (status === 200 && start > 0) await part.restart();
  const length = headers.has("content-encoding") ? null : toNumber(headers.get("content-length"));
  const total = length === null ? null : part.size() + length;
  if (total !== null && pin.bytes !== null && total !== pin.bytes) {
    await response.body?.cancel();
    // What is here may be of another file.
    await part.restart();
    if (status === 206) return undefined;
    throw new RefusedError(`offers ${total} bytes, expected ${pin.bytes}`);
  }
  return total ?? pin.bytes;
}

function rangeStart(headers: Headers): number | null {
  return toNumber(/^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1] ?? null);
}

function toNumber(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
