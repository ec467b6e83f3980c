import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildContext } from "../../../scripts/tools/compose-model.ts";
import { copiesOf, execForm, parseDockerfile, type Stage } from "../../containers/dockerfile.ts";
import { PROJECT } from "../programs.ts";

/** The user of our images. */
const USER = 10_001;
const NPM_TIMEOUT_MS = 5 * 60_000;

/** The files of an image as its Dockerfile puts them together, without its base. */
export interface ImageTree {
  /** What the image calls `/app`. */
  readonly app: string;
  /** Program and arguments, with the paths of this machine. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A folder that the images' user can go through. */
export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "image-"));
  execFileSync("chmod", ["755", folder]);
  return folder;
}

/**
 * Carries out what a Dockerfile says of `/app`: its copies from the build's context, and its `npm ci` in
 * the stage `packages`. Page and notices are those of the checkout.
 *
 * @param stage name of the stage that is run; empty for one without
 */
export async function buildTree(folder: string, dockerfile: string, stage: string): Promise<ImageTree> {
  const { stages } = parseDockerfile(readFileSync(join(PROJECT, dockerfile), "utf8"));
  const of = (name: string): Stage => {
    const found = stages.find((one) => one.name === name);
    if (!found) throw new Error(`${dockerfile}: no stage ${name}`);
    return found;
  };
  const context = await buildContext(PROJECT);
  const packages = join(folder, "packages", "app");
  copyInto(packages, of("packages"), context);
  for (const { keyword, value } of of("packages").instructions) {
    if (keyword === "RUN") {
      execFileSync("/bin/sh", ["-ec", value], {
        cwd: packages,
        env: { ...process.env, npm_config_prefer_offline: "true" },
        stdio: ["ignore", "ignore", "pipe"],
        timeout: NPM_TIMEOUT_MS,
      });
    }
  }
  const app = join(folder, "app");
  const run = of(stage);
  copyInto(app, run, context);
  for (const { from, sources, target } of copiesOf(run)) {
    const [source = ""] = sources;
    const place = join(app, target);
    if (from === undefined || !source.startsWith("/app/")) continue;
    mkdirSync(dirname(place), { recursive: true });
    if (from === "packages") symlinkSync(join(packages, source.slice("/app/".length)), place);
    else cpSync(join(PROJECT, source.slice("/app/".length)), place, { recursive: true });
  }
  const node = join(folder, "node");
  cpSync(process.execPath, node);
  return { app, command: commandOf(run, app, node), environment: environmentOf(run) };
}

function copyInto(target: string, stage: Stage, context: readonly string[]): void {
  mkdirSync(target, { recursive: true });
  for (const { from, sources } of copiesOf(stage)) {
    if (from !== undefined) continue;
    for (const name of context.filter((file) =>
      sources.some((source) => file === source || file.startsWith(`${source}/`)),
    )) {
      mkdirSync(dirname(join(target, name)), { recursive: true });
      cpSync(join(PROJECT, name), join(target, name));
    }
  }
}

/** Without tini: the test is its parent. */
function commandOf({ instructions }: Stage, app: string, node: string): readonly string[] {
  const entry = instructions.find(({ keyword }) => keyword === "ENTRYPOINT");
  const words = execForm(entry?.value ?? "") ?? [];
  return words
    .slice(words.indexOf("--") + 1)
    .map((word) => (word === "node" ? node : word.replace(/^\/app\//, `${app}/`)));
}

function environmentOf({ instructions }: Stage): Readonly<Record<string, string>> {
  const lines = instructions.filter(({ keyword }) => keyword === "ENV").map(({ value }) => value);
  return Object.fromEntries(
    lines.flatMap((line) =>
      [...line.matchAll(/(\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value]),
    ),
  );
}

/** How a program is started as the images' user, which only root can do. */
export function asUser(): { readonly uid?: number; readonly gid?: number } {
  return process.getuid?.() === 0 ? { uid: USER, gid: USER } : {};
}

/** Every file below a folder with its size and time of change; links are not gone into. */
export function stateOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(path);
      return `${path} ${size} ${mtimeMs}`;
    })
    .toSorted((a, b) => (a < b ? -1 : 1));
}
