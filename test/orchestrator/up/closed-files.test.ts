import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closedFiles } from "../../../orchestrator/up/closed-files.ts";
import { PROJECT_DIR } from "../../../orchestrator/project.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

let folder: TestFolder;
beforeEach(() => {
  folder = testFolder();
  for (const name of ["deploy", "web", "web/dist"]) mkdirSync(join(folder.path, name));
  for (const name of ["deploy/livekit.yaml", "web/page.ts", "web/dist/index.html", "package.json"])
    chmodSync(folder.put(name, ""), 0o644);
});
afterEach(() => folder.remove());

test("a checkout that others may read is nothing to tell of", () => {
  chmodSync(join(folder.path, "web/dist/index.html"), 0o600);
  expect(closedFiles(folder.path)).toEqual([]);
});

test("one of a narrow umask is told of, with the way out of it", () => {
  chmodSync(join(folder.path, "deploy/livekit.yaml"), 0o640);
  chmodSync(join(folder.path, "web"), 0o750);
  const [fault, ...more] = closedFiles(folder.path);
  expect(more).toEqual([]);
  expect(fault).toMatch(
    /^the checkout is for its owner alone, deploy\/livekit\.yaml for one \(of 2\); expected .*'chmod -R go\+rX deploy inference /,
  );
});

test("it looks at all that images are made of and containers mount", () => {
  const command = closedFiles(closedCopy()).join();
  const copied = ["Dockerfile", "inference/gate/Dockerfile"].flatMap((file) =>
    [...readFileSync(join(PROJECT_DIR, file), "utf8").matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, sources = ""]) => sources.split(" "),
    ),
  );
  const mounted = [
    ...readFileSync(join(PROJECT_DIR, "docker-compose.gpu.yml"), "utf8").matchAll(/["\s]\.\/([\w./-]+):\//g),
  ].map(([, source = ""]) => source);
  expect(mounted.length).toBeGreaterThan(8);
  // Only the build's own steps read these, as root.
  const built = new Set([".npmrc", "tsconfig.json", "scripts/render-notices.ts"]);
  const tops = [...copied, ...mounted].filter((name) => !built.has(name)).map((name) => name.split("/")[0]);
  for (const top of new Set(tops)) expect(command.split(/[ ')]/), top).toContain(top);
});

function closedCopy(): string {
  chmodSync(join(folder.path, "package.json"), 0o600);
  return folder.path;
}
