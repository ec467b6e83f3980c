import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** What a program loads: files of ours from the root of the checkout, and packages. */
export interface Loaded {
  readonly files: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
}

const IMPORT = /(?:^|[\s;}])(?:import|export)\s+(type\s[^;"']*?|[^;"']*?)from\s*["']([^"']+)["']/g;
const BARE_IMPORT = /(?:^|\s)import\s*["']([^"']+)["']/g;
const DYNAMIC_IMPORT = /\bimport\(\s*["']([^"']+)["']\s*\)/g;
/** Of files that are no modules: workers, lock files, Python beside them. */
const NEIGHBOUR = /new URL\(\s*["'`](\.[^"'`$]*\.\w+)["'`]\s*,\s*import\.meta\.url\s*\)/g;

/**
 * All that running some entry of the root's programs loads, now or later: imports with their imports, also
 * those within functions, and files that a module finds beside itself. Types are nothing at run time.
 */
export function loadedBy(root: string, entry: string, without: readonly string[] = []): Loaded {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file) || without.includes(file)) return;
    files.add(file);
    if (!file.endsWith(".ts")) return;
    const text = readFileSync(join(root, file), "utf8");
    const names = [
      ...[...text.matchAll(IMPORT)].filter(([, what = ""]) => !what.startsWith("type ")).map((hit) => hit[2]),
      ...[BARE_IMPORT, DYNAMIC_IMPORT, NEIGHBOUR].flatMap((form) =>
        [...text.matchAll(form)].map((hit) => hit[1]),
      ),
    ];
    for (const name of names) {
      if (name === undefined || name.startsWith("node:")) continue;
      if (!name.startsWith(".")) packages.add(packageOf(name));
      else if (existsSync(join(root, dirname(file), name))) visit(relative(".", join(dirname(file), name)));
    }
  };
  visit(entry);
  return { files, packages };
}

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}
