import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import { EXIT } from "../../../orchestrator/commands/exit.ts";
import { createOwnCertificate } from "../../../orchestrator/http/own-certificate.ts";
import { testFolder } from "../../standins/photo-files.ts";

const MAIN = fileURLToPath(new URL("../../../orchestrator/main.ts", import.meta.url));

test("a fault that nobody caught ends the gateway, and is logged without its words", async () => {
  const folder = testFolder();
  onTestFinished(() => folder.remove());
  const fault = folder.put(
    "fault.mjs",
    `const write = process.stdout.write.bind(process.stdout);
     process.stdout.write = (...line) => {
       setTimeout(() => void Promise.reject(new RangeError("what Ada asked")));
       return write(...line);
     };`,
  );
  const env = { PORT: "0", GATE_URL: "http://127.0.0.1:9", DATA_DIR: folder.path, LOG_LEVEL: "warn" };
  const ended = promisify(execFile)(process.execPath, ["--import", fault, MAIN, "gateway"], { env });
  const { code, stdout, stderr } = (await ended.catch((error: unknown) => error)) as {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
  };
  expect(code).toBe(1);
  expect(stdout).toContain('{"listening":');
  expect(stderr).toContain('"fault":"RangeError"');
  expect(stderr).not.toContain("Ada");
}, 30_000);

test("the gateway says nothing, and asks no program for its voices", async () => {
  const folder = testFolder();
  onTestFinished(() => folder.remove());
  const asked = join(folder.path, "asked");
  chmodSync(folder.put("espeak-ng", `#!/bin/sh\necho voices > ${asked}\n`), 0o755);
  const env = {
    PORT: "0",
    GATE_URL: "http://127.0.0.1:9",
    DATA_DIR: folder.path,
    PATH: `${folder.path}:${process.env["PATH"]}`,
    TTS: "espeak",
  };
  const gateway = promisify(execFile)(process.execPath, [MAIN, "gateway"], { env });
  gateway.child.stdout?.once("data", () => gateway.child.kill("SIGTERM"));
  expect((await gateway).stdout).toContain('{"listening":');
  expect(existsSync(asked)).toBe(false);
}, 30_000);

test("callers are served while another program has the port of the metrics, and these come once it is free", async () => {
  const folder = testFolder();
  onTestFinished(() => folder.remove());
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const env = {
    PORT: "0",
    GATEWAY_METRICS_PORT: String(port),
    GATE_URL: "http://127.0.0.1:9",
    DATA_DIR: folder.path,
  };
  const child = spawn(process.execPath, [MAIN, "gateway"], { env, stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const said = JSON.parse(line) as { readonly listening: string };
  expect(Object.keys(said)).toEqual(["listening"]);
  expect((await fetch(`${said.listening}/readyz`)).status).toBe(200);
  other.close();
  const readiness = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
  await vi.waitFor(async () => expect(await readiness()).toBe(200), { timeout: 10_000, interval: 200 });
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
}, 30_000);

test("a port of the metrics that only this machine is told of is on loopback, wherever the page is", async () => {
  const folder = testFolder();
  onTestFinished(() => folder.remove());
  const env = {
    HOST: "0.0.0.0",
    ACCESS_CODE: "a code of the tests",
    PORT: "0",
    GATEWAY_METRICS_PORT: "0",
    GATE_URL: "http://127.0.0.1:9",
    DATA_DIR: folder.path,
  };
  const child = spawn(process.execPath, [MAIN, "gateway"], { env, stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { listening, metrics } = JSON.parse(line) as Record<"listening" | "metrics", string>;
  const livez = (url: string, host: string) => fetch(`http://${host}:${new URL(url).port}/livez`);
  expect((await livez(listening, "127.0.0.2")).status).toBe(200);
  expect((await livez(metrics, "127.0.0.1")).status).toBe(200);
  await expect(livez(metrics, "127.0.0.2")).rejects.toThrow("fetch failed");
}, 30_000);

test("asked to end it leaves its port, says so, and waits for what runs; asked again it ends at once", async () => {
  const folder = testFolder();
  onTestFinished(() => folder.remove());
  const livekit = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(livekit, "listening");
  onTestFinished(() => livekit.close());
  livekit.on("connection", (socket) => socket.send("hello"));
  const port = await freeTcpPort();
  const origin = `https://localhost:${port}`;
  const { cert, key } = await createOwnCertificate(["localhost"], folder.path);
  const url = `ws://127.0.0.1:${(livekit.address() as AddressInfo).port}`;
  const env = {
    PORT: String(port),
    PUBLIC_ORIGINS: origin,
    TLS_CERT_FILE: folder.put("cert.pem", cert),
    TLS_KEY_FILE: folder.put("key.pem", key),
    GATEWAY_METRICS_PORT: "0",
    GATE_URL: "http://127.0.0.1:9",
    DATA_DIR: folder.path,
    LIVEKIT_URL: url,
    LIVEKIT_API_KEY: "key",
    LIVEKIT_API_SECRET: "a secret of the tests, long enough",
  };
  const said: string[] = [];
  const begin = async () => {
    const child = spawn(process.execPath, [MAIN, "gateway"], { env, stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const lines = createInterface({ input: child.stdout }).on("line", (line) => void said.push(line));
    const [line] = (await once(lines, "line")) as [string];
    const { metrics } = JSON.parse(line) as { readonly metrics: string };
    return { child, ended: once(child, "exit") as Promise<[number | null, string | null]>, metrics };
  };
  const isScraped = async ({ metrics }: { readonly metrics: string }): Promise<boolean> => {
    const answer = await fetch(`${metrics}/metrics`);
    return (await answer.text()).includes("sightline_cloud_pictures_total");
  };
  const call = async () => {
    const socket = new WebSocket(`wss://localhost:${port}/rtc`, { origin, ca: cert });
    onTestFinished(() => socket.terminate());
    await once(socket, "message");
    return { socket, closed: once(socket, "close") as Promise<[number]> };
  };

  const first = await begin();
  const inFirst = await call();
  first.child.kill("SIGTERM");
  await expect.poll(() => said.at(-1)).toBe('{"draining":true}');
  const second = await begin();
  const inSecond = await call();
  expect(first.child.exitCode).toBeNull();
  expect(await Promise.all([first, second].map(isScraped))).toEqual([true, true]);
  expect((await fetch(`${first.metrics}/readyz`)).status).toBe(503);
  expect((await fetch(`${second.metrics}/readyz`)).status).toBe(200);
  inFirst.socket.close(1000);
  expect(await first.ended).toEqual([0, null]);

  second.child.kill("SIGTERM");
  await expect.poll(() => said.filter((line) => line.includes("draining"))).toHaveLength(2);
  const askedAtMs = performance.now();
  second.child.kill("SIGTERM");
  expect((await inSecond.closed)[0]).toBe(1012);
  expect(await second.ended).toEqual([EXIT.interrupted, null]);
  expect(performance.now() - askedAtMs).toBeLessThan(5000);
}, 60_000);
