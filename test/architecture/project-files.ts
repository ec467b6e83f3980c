import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const project = join(import.meta.dirname, "../..");

/** Made here and not ours: the folders that git ignores. */
const IGNORED = new Set([
  ".git",
  ...readFileSync(join(project, ".gitignore"), "utf8")
    .split("\n")
    .filter((line) => line.endsWith("/"))
    .map((line) => line.slice(0, -1)),
]);

/** One import statement of a source file, or one `import()`. */
export interface Import {
  readonly file: string;
  readonly part: string;
  /** As it is written there. */
  readonly target: string;
  readonly typeOnly: boolean;
}

/** Every file of the project, by its path from the project's folder. */
export const files = walk(project).map((path) => relative(project, path));
/** Those of the programs that run. */
export const sources = files.filter((file) => /^(orchestrator|inference)\/.*\.ts$/.test(file));
export const imports = sources.flatMap(importsOf);

/** `orchestrator/turn/reply.ts` → `orchestrator/turn`, `orchestrator/log.ts` → `orchestrator/log`. */
export function partOf(file: string): string {
  return file.replace(/\.ts$/, "").split("/").slice(0, 2).join("/");
}

/** The text of a file. */
export function read(file: string): string {
  return readFileSync(join(project, file), "utf8");
}

function importsOf(file: string): readonly Import[] {
  const text = read(file).replace(/^\s*(\/\/|\/?\*).*$/gm, "");
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;"'`]*?\bfrom\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|(?:^|\n)import\s+["']([^"']+)["']/g,
  );
  return Array.from(found, ([, type, from, dynamic, bare]) => ({
    file,
    part: partOf(file),
    target: from ?? dynamic ?? bare ?? "",
    typeOnly: type !== undefined,
  }));
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (IGNORED.has(entry.name) || IGNORED.has(relative(project, path))) return [];
    return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : [];
  });
}
