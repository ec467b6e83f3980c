import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What containers are made of or mount, as users that are nobody on this machine. */
const READ_BY_CONTAINERS = [
  "deploy",
  "inference",
  "observability",
  "orchestrator",
  "personas",
  "web",
  "package.json",
  "package-lock.json",
  "LICENSE",
] as const;
/** Made here, and never in a container. */
const OWN: ReadonlySet<string> = new Set(["node_modules", "dist", "__pycache__"]);
const READ = 0o004;
const ENTER = 0o001;

/**
 * A checkout of whoever has a narrow umask is for its owner alone, and so are the images that are made of
 * it; a sentence, when it is.
 */
export function closedFiles(projectDir: string): readonly string[] {
  const closed = READ_BY_CONTAINERS.flatMap((name) => closedIn(projectDir, name));
  const [first] = closed;
  if (first === undefined) return [];
  return [
    `the checkout is for its owner alone, ${first} for one (of ${closed.length}); expected containers to be able to read it ('chmod -R go+rX ${READ_BY_CONTAINERS.join(" ")}')`,
  ];
}

function closedIn(projectDir: string, name: string): readonly string[] {
  const path = join(projectDir, name);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found || found.isSymbolicLink()) return [];
  const needed = found.isDirectory() ? READ | ENTER : READ;
  const own = (found.mode & needed) === needed ? [] : [name];
  if (!found.isDirectory()) return own;
  const inside = readdirSync(path).filter((entry) => !OWN.has(entry));
  return [...own, ...inside.flatMap((entry) => closedIn(projectDir, `${name}/${entry}`))];
}
