import { createHash } from "node:crypto";
import { z } from "zod";

/** A commit of a model's repository, with each of its files. */
export interface RepositoryPin {
  readonly revision: string;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

const head = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const tree = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.int().nonnegative(),
    lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().positive() }).optional(),
  }),
);
/** What is not kept as a large file is fetched to be hashed. */
const LARGEST_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/**
 * Looks up the newest commit of a repository on Hugging Face and the sha256 of each of its files: of large
 * ones as the hub has it, of small ones from their bytes.
 *
 * @param url such as `https://huggingface.co/Qwen/Qwen2-VL-2B-Instruct`
 * @throws {Error} that says what was answered instead
 */
export async function lookUpRepository(url: string): Promise<RepositoryPin> {
  const { origin, pathname } = new URL(url);
  const api = `${origin}/api/models${pathname}`;
  const { sha: revision } = head.parse(await (await ask(api)).json());
  const listing = await ask(`${api}/tree/${revision}?recursive=true`);
  if (listing.headers.get("link")?.includes('rel="next"'))
    throw new Error("has more files than one page lists");
  const entries = tree.parse(await listing.json());
  const files: RepositoryPin["files"][number][] = [];
  for (const { type, path, size, lfs } of entries) {
    // Dot files are git's own.
    if (type !== "file" || size === 0 || path.split("/").some((part) => part.startsWith("."))) continue;
    files.push(
      lfs
        ? { path, bytes: lfs.size, sha256: lfs.oid }
        : { path, ...(await hash(`${url}/resolve/${revision}/${path}`, size)) },
    );
  }
  if (files.length === 0) throw new Error("holds no file");
  return { revision, files };
}

async function hash(url: string, size: number): Promise<{ readonly bytes: number; readonly sha256: string }> {
  if (size > LARGEST_BYTES) throw new Error(`${url} has ${size} bytes and no checksum`);
  const bytes = Buffer.from(await (await ask(url)).arrayBuffer());
  if (bytes.length !== size) throw new Error(`${url} has ${bytes.length} bytes; expected ${size}`);
  return { bytes: size, sha256: createHash("sha256").update(bytes).digest("hex") };
}

async function ask(url: string): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${new URL(url).host} answers ${response.status}`);
  return response;
}
