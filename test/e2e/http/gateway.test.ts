import { mkdtemp, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Room } from "@livekit/rtc-node";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import type { GatewayOptions } from "../../../orchestrator/http/gateway.ts";
import { createOwnCertificate } from "../../../orchestrator/http/own-certificate.ts";
import { createCallerTokens } from "../../../orchestrator/transports/livekit/caller-token.ts";
import { createRoomLookup } from "../../../orchestrator/transports/livekit/room-lookup.ts";
import { CODE, startGateway, type TestGateway } from "../../orchestrator/http/gateway-fixture.ts";
import { AGENT, withStage } from "../livekit/stage.ts";
import { closeChromium, startChromium } from "../web/chromium.ts";
import { builtPage } from "../web/site.ts";

const PATH = "/api/v1/livekit/token";

const { stage, staged } = withStage();
afterAll(closeChromium);

/** The gateway with the built page, and the real server behind it. */
async function startRealGateway(changes: Partial<GatewayOptions> = {}): Promise<TestGateway> {
  const { access } = stage();
  return startGateway({
    pageDir: await builtPage(),
    livekit: {
      agentName: AGENT,
      url: access.url,
      publicUrl: access.url,
      issueToken: createCallerTokens(access, AGENT),
      isInCall: createRoomLookup(access, AGENT),
    },
    ...changes,
  });
}

async function join(url: string, token: string): Promise<Room> {
  const room = new Room();
  onTestFinished(() => room.disconnect().catch(() => undefined));
  await room.connect(url, token, { autoSubscribe: true, dynacast: false });
  return room;
}

test("a token joins its room, and brings our agent there", async () => {
  const gateway = await startRealGateway();
  const { json } = await gateway.ask(PATH);
  const room = await join(String(json["url"]), String(json["token"]));
  expect([room.name, room.localParticipant?.identity]).toEqual([json["room"], json["identity"]]);
  await staged().calls.of(String(json["identity"]));
  await expect(stage().rooms.listParticipants(String(json["room"]))).resolves.toHaveLength(2);
  const [dispatch] = await stage().dispatches.listDispatch(String(json["room"]));
  expect(dispatch?.agentName).toBe(AGENT);
});

test("a second tab of the same browser takes the call over: one room, one agent", async () => {
  const gateway = await startRealGateway();
  const first = await gateway.ask(PATH);
  const room = await join(String(first.json["url"]), String(first.json["token"]));
  await staged().calls.of(String(first.json["identity"]));
  const second = await gateway.ask(PATH, { headers: { cookie: first.cookie ?? "" } });
  expect(second.json["room"]).toBe(first.json["room"]);
  const gone = new Promise((resolve) => void room.once("disconnected", resolve));
  await join(String(second.json["url"]), String(second.json["token"]));
  await gone;
  await wait(500);
  const inside = await stage().rooms.listParticipants(String(second.json["room"]));
  expect(inside.map(({ identity }) => identity).filter((name) => name.startsWith("caller-"))).toHaveLength(1);
  expect(inside).toHaveLength(2);
});

test("after hanging up the next call has a room of its own", async () => {
  const gateway = await startRealGateway();
  const first = await gateway.ask(PATH);
  const room = await join(String(first.json["url"]), String(first.json["token"]));
  await staged().calls.of(String(first.json["identity"]));
  await room.disconnect();
  const name = String(first.json["room"]);
  await vi.waitFor(async () => {
    const inside = await stage()
      .rooms.listParticipants(name)
      .catch(() => []);
    expect(inside.some(({ identity }) => identity.startsWith("caller-"))).toBe(false);
  });
  const second = await gateway.ask(PATH, { headers: { cookie: first.cookie ?? "" } });
  expect(second.json["room"]).not.toBe(name);
  await join(String(second.json["url"]), String(second.json["token"]));
  await staged().calls.of(String(second.json["identity"]), 1);
});

test("a phone on the network: the page over HTTPS, one port, one certificate of our own", async () => {
  const dir = await mkdtemp(joinPath(tmpdir(), "sightline-lan-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const address = lanAddress();
  const port = await freeTcpPort();
  const origin = `https://${address}:${port}`;
  await startRealGateway({
    host: "0.0.0.0",
    port,
    publicOrigins: [origin],
    accessCode: CODE,
    tls: await createOwnCertificate([address], dir),
  });
  const { page, faults } = await startChromium({ ignoreHTTPSErrors: true });
  const before = staged().calls.all.length;
  await page.goto(origin);
  await page.getByLabel("Access code").fill(CODE);
  await page.keyboard.press("Enter");
  await vi.waitFor(() => expect(staged().calls.all.length).toBe(before + 1), 20_000);
  const call = staged().calls.all.at(-1)!;
  await vi.waitFor(() => expect(call.heardMs()).toBeGreaterThan(500), 20_000);
  expect(faults).toEqual([]);
});

/** An address of this machine that is not loopback, else loopback. */
function lanAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
