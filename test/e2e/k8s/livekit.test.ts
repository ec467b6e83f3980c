import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freeTcpPort, freeUdpPort } from "../../../orchestrator/lib/free-port.ts";
import { findLivekitServer } from "../../../orchestrator/assets/livekit-server.ts";
import { withoutSecrets } from "../../../orchestrator/config/project-environment.ts";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import { PROJECT, start } from "../programs.ts";
import { render } from "./chart.ts";

// The trial's LiveKit: the real server takes the very configuration that the chart gives it.

const folder = mkdtempSync(join(tmpdir(), "sightline-chart-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => kubernetesTools(console.error), 20 * 60_000);

async function runServer(config: string, patienceMs: number) {
  const binary = await findLivekitServer({
    cacheDir: join(PROJECT, ".servers"),
    environment: withoutSecrets(),
    signal: new AbortController().signal,
  });
  const file = join(folder, "livekit.yaml");
  writeFileSync(file, config);
  const env = { LIVEKIT_KEYS: `sightline: ${"s".repeat(40)}` };
  const server = start(binary, ["--config", file, "--bind", "127.0.0.1"], { env });
  const port = /^port: (\d+)$/m.exec(config)?.[1];
  const until = performance.now() + patienceMs;
  let answer: Response | undefined;
  while (answer === undefined && server.child.exitCode === null && performance.now() < until) {
    answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const metrics = /port: (\d+)\n/.exec(config.split("prometheus:")[1] ?? "")?.[1];
  const exposition = answer && (await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text());
  server.child.kill("SIGKILL");
  await server.ended;
  return { status: answer?.status, exposition, said: server.stderr() + server.stdout() };
}

async function chartConfig(): Promise<string> {
  const manifests = await render("one-gpu", ["redis.trial.enabled=false"]);
  const found = manifests.find(
    ({ metadata, kind }) => kind === "ConfigMap" && metadata.name === "sightline-livekit",
  );
  const ports = [7880, 7881, 6789].map(async (port) => [port, await freeTcpPort()] as const);
  const mediaPorts = [7882, 3478].map(async (port) => [port, await freeUdpPort()] as const);
  const moved = await Promise.all([...ports, ...mediaPorts]);
  return moved.reduce(
    (text, [from, to]) => text.replace(new RegExp(`: ${from}$`, "m"), `: ${to}`),
    (found?.data?.["livekit.yaml"] ?? "").replace("203.0.113.7", "127.0.0.1"),
  );
}

test("LiveKit starts with what the chart says, is well and has metrics", async () => {
  const { status, exposition, said } = await runServer(await chartConfig(), 20_000);
  expect(said).not.toContain("error");
  expect(status).toBe(200);
  expect(exposition).toContain("livekit_");
});

test("it refuses a word that it does not know, so that its start means something", async () => {
  const config = (await chartConfig()).replace("udp_port", "udp_prot");
  const { status, said } = await runServer(config, 10_000);
  expect(status).toBeUndefined();
  expect(said).toContain("udp_prot");
});
