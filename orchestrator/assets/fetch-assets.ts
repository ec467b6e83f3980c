import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join, relative } from "node:path";
import { assetPath, checkAsset, checkFile, type AssetDirs } from "./check-file.ts";
import { download, RefusedError } from "./download.ts";
import type { Asset, Pin } from "./lock.ts";
import { claimPart, TargetError, type OpenSink, type PartFile } from "./part-file.ts";

export interface FetchOptions {
  readonly dirs: AssetDirs;
  /** Folder that is tried before the source; undefined: none. */
  readonly mirror: string | undefined;
  /** Take sample pictures whose checksum is not known. Weights never. */
  readonly allowUnpinned: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: FetchProgress) => void;
  /** Longest wait for the next bytes of a server, in milliseconds; 20,000 by default. */
  readonly idleMs?: number;
  readonly openSink?: OpenSink;
}

export interface FetchProgress {
  readonly name: string;
  readonly from: "mirror" | "source";
  readonly receivedBytes: number;
  /** Null: not known. */
  readonly totalBytes: number | null;
}

/** `present`: a good file was there. `failed`: `message` is one line with what to do about it. */
export type FetchResult = { readonly name: string; readonly path: string } & (
  | { readonly state: "present" }
  | { readonly state: "fetched"; readonly from: "mirror" | "source"; readonly pinned: boolean }
  | { readonly state: "failed"; readonly message: string }
);

interface Place {
  readonly from: "mirror" | "source";
  readonly address: string;
  readonly pin: Pin;
  bring(part: PartFile): Promise<void>;
}

const IDLE_MS = 20_000;

/**
 * Makes sure that an asset is in its folder: the copy that is there if it is good, else the
 * mirror's, else the source's. A file takes its name only after its size and sha256 were checked,
 * and one that is there stays until then.
 *
 * @throws the signal's reason when it aborts; what came by then is kept for the next time.
 */
export async function fetchAsset(asset: Asset, options: FetchOptions): Promise<FetchResult> {
  const path = assetPath(asset, options.dirs);
  const base = { name: asset.name, path };
  const here = await checkAsset(asset, options.dirs);
  if (here.state === "ok" || here.state === "unpinned") return { ...base, state: "present" };

  const problems: string[] = [];
  if (here.state === "wrong") problems.push(`${shown(path)} ${here.why}`);
  for (const place of places(asset, options)) {
    const pinned = place.pin.sha256 !== null;
    if (!pinned && !(options.allowUnpinned && asset.kind === "sample")) {
      const hint = asset.kind === "sample" ? " (--allow-unpinned takes it all the same)" : "";
      problems.push(`${place.address}: its checksum is not known${hint}`);
      continue;
    }
    try {
      await bringFrom(place, path, options);
      return { ...base, state: "fetched", from: place.from, pinned };
    } catch (error) {
      if (options.signal.aborted) throw options.signal.reason;
      if (error instanceof TargetError) return { ...base, state: "failed", message: error.message };
      problems.push(`${place.address}: ${explain(error)}`);
    }
  }
  return { ...base, state: "failed", message: failure(asset, path, problems, options) };
}

/** The places in the order in which they are tried. */
function places(asset: Asset, options: FetchOptions): readonly Place[] {
  const progress =
    (from: Place["from"]) =>
    (receivedBytes: number, totalBytes: number | null): void =>
      options.onProgress?.({ name: asset.name, from, receivedBytes, totalBytes });
  const source: Place = {
    from: "source",
    address: new URL(asset.url).host,
    pin: asset,
    bring: (part) =>
      download(asset.url, part, {
        pin: asset,
        signal: options.signal,
        idleMs: options.idleMs ?? IDLE_MS,
        onProgress: progress("source"),
      }),
  };
  if (options.mirror === undefined) return [source];
  const copy = join(options.mirror, asset.mirror.path);
  const mirror: Place = {
    from: "mirror",
    address: shown(copy),
    pin: asset.mirror,
    async bring(part) {
      for await (const chunk of createReadStream(copy, { signal: options.signal })) {
        await part.append(chunk as Buffer);
        progress("mirror")(part.size(), asset.mirror.bytes);
      }
    },
  };
  return [mirror, source];
}

async function bringFrom(place: Place, path: string, options: FetchOptions): Promise<void> {
  const resume = place.from === "source";
  const part = await claimPart(path, { resume, openSink: options.openSink });
  const leftover = part.size() > 0;
  try {
    await place.bring(part);
    await part.flush();
    let found = await checkFile(part.path, place.pin);
    if (found.state === "wrong" && leftover) {
      // What an earlier fetch left was of another file: once more from the start.
      await part.restart();
      await place.bring(part);
      await part.flush();
      found = await checkFile(part.path, place.pin);
    }
    let fault = found.state === "wrong" ? found.why : undefined;
    if (found.state === "unpinned" && !(await isJpeg(part.path))) fault = "is not a JPEG";
    if (fault !== undefined) {
      await part.restart();
      throw new RefusedError(`${fault}; refused and removed`);
    }
    await part.publish();
  } catch (error) {
    // What a download brought is worth going on with; a full disk gets its space back.
    await (resume && !(error instanceof TargetError) ? part.keep() : part.discard());
    throw error;
  }
}

function failure(asset: Asset, path: string, problems: readonly string[], options: FetchOptions): string {
  const check = [
    asset.bytes === null ? [] : [`${asset.bytes} bytes`],
    asset.sha256 === null ? [] : [`sha256 ${asset.sha256}`],
  ].flat();
  const whole = check.length > 0 ? ` (${check.join(", ")})` : "";
  const mirror =
    options.mirror === undefined
      ? `set ASSETS_MIRROR to a folder that holds ${asset.mirror.path}`
      : `put it into the mirror as ${shown(join(options.mirror, asset.mirror.path))}`;
  return `${asset.file} is missing (${asset.use}): ${problems.join("; ")}. By hand: save ${asset.url}${whole} as ${shown(path)}, or ${mirror}`;
}

function explain(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case "ENOENT":
      return "no such file";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `no network (${code})`;
    case "ETIMEDOUT":
      return "no answer in time; what came is kept";
    default:
      if (error instanceof RefusedError) return error.message;
      return code === undefined ? "the transfer broke off; what came is kept" : `failed (${code})`;
  }
}

/** Node's fetch hides the network's own error in `cause`. */
function codeOf(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) {
    if ("code" in cause && typeof cause.code === "string" && cause.code.startsWith("E")) return cause.code;
  }
  return undefined;
}

async function isJpeg(path: string): Promise<boolean> {
  await using file = await open(path, "r");
  const { buffer } = await file.read(Buffer.alloc(3), 0, 3, 0);
  return buffer.toString("hex") === "ffd8ff";
}

/** As the user would type it: relative where that is shorter. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.length > 0 && short.length < path.length ? short : path;
}
