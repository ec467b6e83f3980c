import { expect, test } from "vitest";
import { files, read, sources } from "./project-files.ts";

/** Files that are longer than the guide, and why that reads better. */
const longFiles: Readonly<Record<string, string>> = {};

const MAX_CODE_LINES = 250;

test("the environment is read in one file of the configuration only", () => {
  const readers = sources.filter((file) =>
    /\bprocess\.env\b|\benv\b.*\bfrom "node:process"/.test(read(file)),
  );
  expect(readers).toEqual(["orchestrator/config/project-environment.ts"]);
});

test("there are no barrels", () => {
  const barrels = sources.filter(
    (file) => file.endsWith("/index.ts") || /^export (type )?(\*|\{[^}]*\}) from/m.test(read(file)),
  );
  expect(barrels).toEqual([]);
});

test("no file is longer than the guide without a reason", () => {
  const long = files
    .filter((file) => /^(orchestrator|inference|scripts|bench)\/.*\.ts$/.test(file))
    .filter((file) => codeLines(read(file)) > MAX_CODE_LINES);
  expect(new Set(long)).toEqual(new Set(Object.keys(longFiles)));
});

test("every folder of the programs stands in the tree of the README", () => {
  const [, tree = ""] = /^```\n(orchestrator\/turn\/ [^]*?)^```$/m.exec(read("README.md")) ?? [];
  const told = new Set(tree.match(/(?<=^| {2})[\w-]+\/[\w/-]*\/(?= )/gm));
  const folders = new Set(
    sources.map((file) => /^\w+\/[\w-]+\//.exec(file)?.[0]).filter((folder) => folder !== undefined),
  );
  expect([...folders].filter((folder) => !told.has(folder))).toEqual([]);
});

test("no file names a path of one machine, or a registry of its own", () => {
  const machine = new RegExp(`(^|[\\s"'\`=(:])/(work|home|root|Users)/`);
  const wrong = files
    .filter((file) => !/\.(jpe?g|png|webp|onnx|bin)$/.test(file) && file !== "package-lock.json")
    .filter((file) =>
      read(file)
        .split("\n")
        .some((line) => machine.test(line)),
    );
  expect(wrong).toEqual([]);
  expect(read("package-lock.json")).not.toContain('"resolved"');
  expect(read(".npmrc")).not.toMatch(/^(@[^:]*:)?registry/m);
});

function codeLines(text: string): number {
  return text.split("\n").filter((line) => !/^\s*($|\/\/|\/?\*)/.test(line)).length;
}
