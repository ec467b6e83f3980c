import { createHmac, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

/** Of a container: what the files of this machine held that it was made with. */
export const FILES_LABEL = "sightline.files";

/** `docker compose config --format json`, as far as it tells of files of this machine. */
const project = z.object({
  services: z.record(
    z.string(),
    z.object({
      environment: z.record(z.string(), z.string().nullable()).default({}),
      volumes: z
        .array(z.object({ type: z.string(), source: z.string().default(""), target: z.string().default("") }))
        .default([]),
      secrets: z.array(z.object({ source: z.string() })).default([]),
    }),
  ),
  secrets: z.record(z.string(), z.object({ file: z.string().default("") })).default({}),
});

/** What a service is handed and does not read without this variable. */
const UNREAD: Readonly<Record<string, { readonly secrets: readonly string[]; readonly without: string }>> = {
  livekit: { secrets: ["tls_cert", "tls_key"], without: "TURN_DOMAIN" },
};
interface Reads {
  readonly target: string;
  readonly isRead: (name: string, environment: Readonly<Record<string, string | null>>) => boolean;
}
/** Who reads only some of the files of the folder at `target`. */
const READS: Readonly<Record<string, Reads>> = {
  vllm: { target: "/classes", isRead: (name, { GPU_CLASS }) => name === `${GPU_CLASS}.yaml` },
  "warm-up": { target: "/warm-up", isRead: (name) => /^warm_up.*\.(py|json)$/.test(name) },
  stt: { target: "/speech", isRead: (name) => /\.(py|wav)$/.test(name) },
  tts: { target: "/speech", isRead: (name) => /\.(py|wav)$/.test(name) },
};
/** Python writes it by itself. */
const BY_ITSELF = "__pycache__";
const KEY_BYTES = 32;

/**
 * Files and folders of this machine that each service reads, secrets too; of a folder of which it reads
 * only some, those.
 *
 * @param config what compose answers to `config`, as JSON
 * @throws {SyntaxError | z.ZodError} for an answer of another form
 */
export function mountedFiles(config: string): Readonly<Record<string, readonly string[]>> {
  const { services, secrets } = project.parse(JSON.parse(config));
  return Object.fromEntries(
    Object.entries(services).flatMap(([name, { environment, volumes, secrets: handed }]) => {
      const { secrets: unread, without } = UNREAD[name] ?? { secrets: [], without: "" };
      const reads = READS[name];
      const read = handed.filter(({ source }) => environment[without] || !unread.includes(source));
      const paths = [
        ...volumes
          .filter(({ type }) => type === "bind")
          .flatMap(({ source, target }) =>
            reads?.target === target
              ? filesIn(source, (entry) => reads.isRead(entry, environment))
              : [source],
          ),
        ...read.map(({ source }) => secrets[source]?.file ?? ""),
      ];
      const files = [...new Set(paths)].filter((path) => path !== "").toSorted();
      return files.length === 0 ? [] : [[name, files]];
    }),
  );
}

function filesIn(folder: string, isRead: (name: string) => boolean): readonly string[] {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return [folder];
  return readdirSync(folder).flatMap((entry) => (isRead(entry) ? [join(folder, entry)] : []));
}

/**
 * A word for what files and folders hold, another one as soon as they hold something else. It is shown by
 * `docker inspect`: without the key nobody can try which secret it was made of.
 */
export function wordFor(paths: readonly string[], key: Uint8Array): string {
  const made = createHmac("sha256", key);
  const take = (name: string, content: Uint8Array | undefined): void => {
    made.update(`${name.length} ${content?.length ?? "none"} ${name}`);
    if (content) made.update(content);
  };
  const walk = (path: string, name: string): void => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isDirectory()) return take(name, found?.isFile() ? readFileSync(path) : undefined);
    for (const entry of readdirSync(path).toSorted())
      if (entry !== BY_ITSELF) walk(join(path, entry), `${name}/${entry}`);
  };
  for (const [index, path] of paths.entries()) walk(path, String(index));
  return made.digest("hex").slice(0, 32);
}

/**
 * A compose file that is laid over the others, so that compose sees which service's files have changed:
 * it only looks at their names itself.
 */
export function filesOverlay(config: string, key: Uint8Array): string {
  const services = Object.entries(mountedFiles(config)).map(([name, paths]) => [
    name,
    { labels: { [FILES_LABEL]: wordFor(paths, key) } },
  ]);
  return JSON.stringify({ services: Object.fromEntries(services) });
}

/** Made once. When it is lost, every container with files counts as changed, once. */
export function ownKey(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    const key = randomBytes(KEY_BYTES);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, key, { mode: 0o600 });
    return key;
  }
}
