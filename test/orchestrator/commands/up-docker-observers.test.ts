import { chmodSync, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  endObservers,
  startObservers,
  unwatchedLine,
} from "../../../orchestrator/commands/up-docker-observers.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

let folder: TestFolder;
beforeEach(() => {
  folder = testFolder();
});
afterEach(() => folder.remove());

/** A `docker` that writes down its last word, then does what is said for it. */
function plan(behaviour: string, ...profiles: readonly string[]) {
  const log = join(folder.path, "told");
  const script = `#!/bin/sh\nfor name; do :; done\necho "$*" >> '${log}'\n${behaviour}\n`;
  chmodSync(folder.put("docker", script), 0o755);
  return {
    arguments: profiles.map((name) => `--profile=${name}`),
    environment: { PATH: [folder.path, process.env["PATH"]].join(delimiter) },
    address: "https://localhost:8443",
  };
}
const told = (): readonly string[] => {
  const log = join(folder.path, "told");
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
};
const lastWords = (): readonly string[] => told().map((line) => line.split(" ").at(-1) ?? "");
const quiet = { signal: new AbortController().signal, tell: () => {} };

test("each is started by itself, so that one that cannot start keeps no other from it", async () => {
  const lines: string[] = [];
  const broken = plan('[ "$name" != dcgm ] || exit 1', "observability");
  const failed = await startObservers(broken, { ...quiet, tell: (line) => lines.push(line) });
  expect(failed).toEqual(["dcgm"]);
  expect(lastWords()).toEqual(["prometheus", "dcgm", "grafana"]);
  expect(told()[0]).toBe(
    "compose --profile=observability up --detach --no-deps --wait --wait-timeout 150 prometheus",
  );
  expect(lines).toEqual(["calls are answered; now what measures them: prometheus, dcgm, grafana"]);
  expect(unwatchedLine(failed)).toMatch(/^calls are answered, but dcgm does not run, .*NAME=dcgm/);
  expect(unwatchedLine(["dcgm", "grafana"])).toContain("dcgm, grafana do not run");
});

test("one that hangs is given up, and so is what comes after it", async () => {
  const hanging = plan('[ "$name" = prometheus ] || exec sleep 60', "observability");
  const atMs = performance.now();
  expect(await startObservers(hanging, { ...quiet, limitMs: 1000 })).toEqual(["dcgm", "grafana"]);
  expect(lastWords()).toEqual(["prometheus", "dcgm"]);
  expect(performance.now() - atMs).toBeLessThan(20_000);
}, 30_000);

test("without the profile nothing is started", async () => {
  expect(await startObservers(plan("", "speech"), quiet)).toEqual([]);
  expect(told()).toEqual([]);
});

test("what ran before and is asked for no more is ended, and nothing else", async () => {
  const [before, without] = [plan("", "observability", "speech"), plan("", "speech")];
  await endObservers(undefined, without, quiet);
  await endObservers(without, without, quiet);
  await endObservers(before, before, quiet);
  expect(told()).toEqual([]);
  await endObservers(before, without, quiet);
  expect(told()).toEqual([
    "compose --profile=observability --profile=speech rm --stop --force prometheus dcgm grafana",
  ]);
});
