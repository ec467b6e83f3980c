import { afterEach, beforeEach, expect, test } from "vitest";
import {
  startObservers,
  unwatchedLine,
} from "../../../../orchestrator/commands/stack/up-docker-observers.ts";
import { toldDocker } from "./told-docker.ts";

let docker: ReturnType<typeof toldDocker>;
beforeEach(() => {
  docker = toldDocker();
});
afterEach(() => docker.remove());

const lastWords = (): readonly string[] => docker.told().map((line) => line.split(" ").at(-1) ?? "");
const quiet = { signal: new AbortController().signal, tell: () => {} };

test("each is started by itself, so that one that cannot start keeps no other from it", async () => {
  const lines: string[] = [];
  const broken = docker.plan('[ "$name" != dcgm ] || exit 1', "observability");
  const failed = await startObservers(broken, { ...quiet, tell: (line) => lines.push(line) });
  expect(failed).toEqual(["dcgm"]);
  expect(lastWords()).toEqual(["prometheus", "dcgm", "grafana"]);
  expect(docker.told()[0]).toBe(
    "compose --profile=observability up --detach --no-deps --wait --wait-timeout 150 prometheus",
  );
  expect(lines).toEqual(["calls are answered; now what measures them: prometheus, dcgm, grafana"]);
  expect(unwatchedLine(failed)).toMatch(/^calls are answered, but dcgm does not run, .*NAME=dcgm/);
  expect(unwatchedLine(["dcgm", "grafana"])).toContain("dcgm, grafana do not run");
});

test("one that hangs is given up, and so is what comes after it", async () => {
  const hanging = docker.plan('[ "$name" = prometheus ] || exec sleep 60', "observability");
  const atMs = performance.now();
  expect(await startObservers(hanging, { ...quiet, limitMs: 1000 })).toEqual(["dcgm", "grafana"]);
  expect(lastWords()).toEqual(["prometheus", "dcgm"]);
  expect(performance.now() - atMs).toBeLessThan(20_000);
}, 30_000);

test("without the profile nothing is started", async () => {
  expect(await startObservers(docker.plan("", "speech"), quiet)).toEqual([]);
  expect(docker.told()).toEqual([]);
});
