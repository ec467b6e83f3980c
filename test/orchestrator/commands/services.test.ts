import { createServer, type AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { gate } from "../../../orchestrator/commands/gate.ts";
import type { Command } from "../../../orchestrator/commands/io.ts";
import { simulator } from "../../../orchestrator/commands/simulator.ts";
import { type Ran, runCommand, type RunOptions } from "../../standins/command.ts";
import { clearPicture, STUB, STUB_SHA256 } from "../../standins/photo-files.ts";

interface Service {
  readonly url: string;
  stop(): Promise<Ran>;
}

let services: Service[] = [];
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  services = [];
});

/** Runs a service command up to its first line, which names its address. */
async function start(command: Command, args: readonly string[], options: RunOptions = {}): Promise<Service> {
  const stop = new AbortController();
  const listening = Promise.withResolvers<string>();
  const ended = runCommand(command, args, {
    signal: stop.signal,
    ...options,
    onStdout: (soFar) => {
      if (soFar.endsWith("\n")) listening.resolve(soFar);
    },
  });
  const line = await Promise.race([listening.promise, ended.then((ran) => ran.stderr)]);
  const service = {
    url: (JSON.parse(line) as { listening: string }).listening,
    stop: () => {
      stop.abort(new DOMException("shutdown", "AbortError"));
      return ended;
    },
  };
  services.push(service);
  return service;
}

describe("gate", () => {
  const weights = ["--model", STUB, "--sha256", STUB_SHA256];

  it("says where it listens, judges, and ends when it is told to", async () => {
    const service = await start(gate, ["--port", "0", ...weights]);
    await expect.poll(async () => (await fetch(`${service.url}/health`)).status, { interval: 10 }).toBe(200);
    const body = new Uint8Array(await clearPicture());
    const headers = { "content-type": "image/jpeg", "x-gate-mode": "photo" };
    const answer = await fetch(`${service.url}/v1/judge`, { method: "POST", body, headers });
    expect(await answer.json()).toMatchObject({ verdict: "clear", width: 640, height: 384 });
    expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(/^# HELP /);
    expect((await service.stop()).code).toBe(0);
    await expect(fetch(`${service.url}/health`)).rejects.toThrow("fetch failed");
  });

  it("as a child ends with its input, and not with Ctrl-C", async () => {
    const input = new PassThrough();
    const stop = new AbortController();
    const service = await start(gate, ["--child", "--port", "0", ...weights], { input, signal: stop.signal });
    stop.abort();
    await expect.poll(async () => (await fetch(`${service.url}/health`)).status, { interval: 10 }).toBe(200);
    input.end();
    expect((await service.stop()).code).toBe(0);
  });

  it("without its weights answers all the same, unready, and says why", async () => {
    const service = await start(gate, ["--port", "0"], { env: { MODELS_DIR: "/nowhere" } });
    await expect
      .poll(async () => (await fetch(`${service.url}/health`)).json(), { interval: 10 })
      .toMatchObject({ state: "unready", reason: expect.stringMatching(/missing|not found|no such/i) });
    expect((await service.stop()).stderr).toMatch(/^sightline: gate: [^\n]* is missing[^\n]*\n$/);
  });

  it("as a child without its weights leaves the word to its parent", async () => {
    const input = new PassThrough();
    const service = await start(gate, ["--child", "--port", "0"], { input, env: { MODELS_DIR: "/nowhere" } });
    await expect
      .poll(async () => (await fetch(`${service.url}/health`)).json(), { interval: 10 })
      .toMatchObject({ state: "unready", reason: expect.stringContaining("is missing") });
    input.end();
    expect((await service.stop()).stderr).toBe("");
  });

  it.each([
    ["a flag", ["--provider", "cuda"], {}],
    ["the environment", [], { GATE_PROVIDER: "cuda" }],
  ])("told by %s to use CUDA, ends where there is none, and says why", async (_by, flags, env) => {
    const ran = await runCommand(gate, ["--port", "0", ...weights, ...flags], { env });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^sightline: gate: provider cuda cannot be loaded: [^\n]+\n$/);
  });
});

describe("simulator", () => {
  it("says where it listens, serves as told, and drains when it is told to", async () => {
    const args = ["--port", "0", "--model", "eyes", "--api-key", "sesame", "--fault", "status=503"];
    const service = await start(simulator, args);
    expect((await fetch(`${service.url}/v1/models`)).status).toBe(401);
    const headers = { authorization: "Bearer sesame", "content-type": "application/json" };
    const models = await fetch(`${service.url}/v1/models`, { headers });
    expect(await models.json()).toMatchObject({ data: [{ id: "eyes" }] });
    const body = JSON.stringify({ model: "eyes", messages: [{ role: "user", content: "Hello" }] });
    const answer = await fetch(`${service.url}/v1/chat/completions`, { method: "POST", body, headers });
    expect(answer.status).toBe(503);
    expect((await service.stop()).code).toBe(0);
    await expect(fetch(`${service.url}/health`)).rejects.toThrow("fetch failed");
  });
});

describe("used wrongly", () => {
  it.each<readonly [string, Command, readonly string[], RegExp]>([
    ["gate", gate, ["--port", "http"], /--port: got "http"; expected 0 to 65535/],
    ["gate", gate, ["--port", "65536"], /--port: got "65536"; expected 0 to 65535/],
    ["gate", gate, ["photo.jpg"], /photo\.jpg/],
    ["gate", gate, ["--model", "x.onnx"], /--model and --sha256: got one of them; expected both or neither/],
    ["gate", gate, ["--threads", "0"], /--threads: got "0"; expected 1 to 99/],
    ["gate", gate, ["--provider", "gpu"], /--provider: got "gpu"; expected cpu or cuda/],
    ["simulator", simulator, ["--port", "-1"], /--port/],
    ["simulator", simulator, ["--profile", "a100"], /--profile: got "a100"; expected zero/],
    ["simulator", simulator, ["--shutdown-timeout", "soon"], /got "soon"; expected 0 to 3600 seconds/],
    ["simulator", simulator, ["--start-delay-ms", "soon"], /got "soon"; expected 0 to 3600000 ms/],
    ["simulator", simulator, ["--fault", "gremlins"], /gremlins/],
  ])("%s: exit 2 and one line (%#)", async (_name, command, args, message) => {
    const ran = await runCommand(command, args);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(/^sightline: [^\n]+\n$/);
    expect(ran.stderr).toMatch(message);
  });

  it.each([
    ["gate", gate],
    ["simulator", simulator],
  ])("%s on a port that is taken: exit 1 and one line", async (_name, command) => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const ran = await runCommand(command, ["--port", String(port)]);
    other.close();
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toBe(
      `sightline: cannot listen on 127.0.0.1 port ${port}: it is in use; expected another --host or --port\n`,
    );
  });

  it.each([
    ["gate", gate],
    ["simulator", simulator],
  ])("%s --help", async (name, command) => {
    expect((await runCommand(command, ["--help"])).stdout).toMatch(new RegExp(`^usage: sightline ${name} `));
  });
});
