import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Room } from "@livekit/rtc-node";
import { chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { createGateway, type GatewayOptions } from "../../../orchestrator/http/gateway.ts";
import { createOwnCertificate } from "../../../orchestrator/http/own-certificate.ts";
import {
  createCallerTokens,
  createRoomLookup,
} from "../../../orchestrator/transports/livekit/caller-token.ts";
import { memoryLedger, send } from "../../orchestrator/http/gateway-fixture.ts";
import { AGENT, openStage, startAgent, testLog, type Stage, type StagedAgent } from "../livekit/stage.ts";
import { builtPage } from "../web/site.ts";

const CODE = "open sesame";
const PATH = "/api/v1/livekit/token";

let stage: Stage;
let staged: StagedAgent;

beforeAll(async () => {
  stage = await openStage();
  staged = await startAgent(stage);
});
afterAll(async () => {
  await staged.agent.end("shutdown");
  await stage.close();
});

/** The gateway on a free port, with the real server behind it. */
async function startGateway(changes: Partial<GatewayOptions> = {}): Promise<{ readonly port: number }> {
  const gateway = await createGateway({
    host: "127.0.0.1",
    port: 0,
    publicOrigins: undefined,
    accessCode: undefined,
    tls: undefined,
    secret: "a secret of the tests",
    pageDir: await builtPage(),
    livekit: {
      agentName: AGENT,
      url: stage.access.url,
      publicUrl: stage.access.url,
      issueToken: createCallerTokens(stage.access, AGENT),
      isInCall: createRoomLookup(stage.access),
    },
    ask: async () => undefined,
    ledger: memoryLedger(),
    retentionDays: 30,
    about: { version: "test", language: "en", speech: { ear: "deepgram", voice: "espeak" } },
    health: {
      checks: {},
      essential: [],
      metrics: async () => ({ contentType: "text/plain", text: "" }),
      metricsToken: undefined,
    },
    log: testLog,
    ...changes,
  });
  onTestFinished(() => gateway.close());
  await gateway.listen();
  return { port: gateway.port() };
}

async function join(url: string, token: string): Promise<Room> {
  const room = new Room();
  onTestFinished(() => room.disconnect().catch(() => undefined));
  await room.connect(url, token, { autoSubscribe: true, dynacast: false });
  return room;
}

test("a token joins its room, and brings our agent there", async () => {
  const { port } = await startGateway();
  const { json } = await send(`http://127.0.0.1:${port}${PATH}`, {});
  const room = await join(String(json["url"]), String(json["token"]));
  expect([room.name, room.localParticipant?.identity]).toEqual([json["room"], json["identity"]]);
  await staged.calls.of(String(json["identity"]));
  await expect(stage.rooms.listParticipants(String(json["room"]))).resolves.toHaveLength(2);
  const [dispatch] = await stage.dispatches.listDispatch(String(json["room"]));
  expect(dispatch?.agentName).toBe(AGENT);
});

test("a second tab of the same browser takes the call over: one room, one agent", async () => {
  const { port } = await startGateway();
  const url = `http://127.0.0.1:${port}${PATH}`;
  const first = await send(url, {});
  const room = await join(String(first.json["url"]), String(first.json["token"]));
  await staged.calls.of(String(first.json["identity"]));
  const second = await send(url, { headers: { cookie: first.cookie ?? "" } });
  expect(second.json["room"]).toBe(first.json["room"]);
  const gone = new Promise((resolve) => void room.once("disconnected", resolve));
  await join(String(second.json["url"]), String(second.json["token"]));
  await gone;
  await wait(500);
  const inside = await stage.rooms.listParticipants(String(second.json["room"]));
  expect(inside.map(({ identity }) => identity).filter((name) => name.startsWith("caller-"))).toHaveLength(1);
  expect(inside).toHaveLength(2);
});

test("after hanging up the next call has a room of its own", async () => {
  const { port } = await startGateway();
  const url = `http://127.0.0.1:${port}${PATH}`;
  const first = await send(url, {});
  const room = await join(String(first.json["url"]), String(first.json["token"]));
  await staged.calls.of(String(first.json["identity"]));
  await room.disconnect();
  const name = String(first.json["room"]);
  await vi.waitFor(async () => {
    const inside = await stage.rooms.listParticipants(name).catch(() => []);
    expect(inside.some(({ identity }) => identity.startsWith("caller-"))).toBe(false);
  });
  const second = await send(url, { headers: { cookie: first.cookie ?? "" } });
  expect(second.json["room"]).not.toBe(name);
  await join(String(second.json["url"]), String(second.json["token"]));
  await staged.calls.of(String(second.json["identity"]), 1);
});

test("a phone on the network: the page over HTTPS, one port, one certificate of our own", async () => {
  const dir = await mkdtemp(joinPath(tmpdir(), "sightline-lan-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const address = lanAddress();
  const port = await freePort();
  const origin = `https://${address}:${port}`;
  await startGateway({
    host: "0.0.0.0",
    port,
    publicOrigins: [origin],
    accessCode: CODE,
    tls: await createOwnCertificate([address], dir),
  });
  const { page, faults } = await openBrowser();
  const before = staged.calls.all.length;
  await page.goto(origin);
  await page.getByLabel("Access code").fill(CODE);
  await page.keyboard.press("Enter");
  await vi.waitFor(() => expect(staged.calls.all.length).toBe(before + 1), 20_000);
  const call = staged.calls.all.at(-1)!;
  await vi.waitFor(() => expect(call.heardMs()).toBeGreaterThan(500), 20_000);
  expect(faults).toEqual([]);
});

/** A browser that takes any certificate, as its user would after the warning, and what its console said of errors. */
async function openBrowser(): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
    ],
  });
  onTestFinished(() => browser.close());
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-US" });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  return { page, faults };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "0.0.0.0");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** An address of this machine that is not loopback, else loopback. */
function lanAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
