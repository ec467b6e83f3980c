import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import { startPerson } from "../../standins/browser.ts";
import type { View } from "../../standins/caller/camera.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";
import { joined, silence } from "../../standins/speech/synthesise.ts";
import { PROJECT, type Program, sightline, start } from "../programs.ts";
import { keepPicture } from "../web/chromium.ts";
import { FRONT, JOKE, LEAST_SHARE, type Script } from "./engines.ts";
import { type Harness, startHarness } from "./harness.ts";
import { eventsOf, expectNextTurn, shareOfWords } from "./turn.ts";
import { emptyView, personView } from "./views.ts";

/** The joke is for a client without a camera. */
const script: readonly Script[] = [FRONT, JOKE];
/** Until then the agent is in the room and has seen some pictures. */
const LEAD_MS = 9000;
/** A page that was slow to open has missed the first question by then, and answered it otherwise. */
const AGAIN_MS = 12_000;
const PAGE_MS = { timeout: 40_000 };

let harness: Harness;
let folder: TestFolder;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  folder = testFolder();
  harness = await startHarness({ script, gainsDb: [0, -6, 6] });
}, 60_000);
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
  await harness.hangUp();
  // A browser that starts keeps two cores busy: only an agent without calls takes one then.
  await vi.waitFor(async () => {
    if ((await harness.metric("sightline_calls")) > 0) throw new Error("a call goes on");
  }, PAGE_MS);
});
afterAll(async () => {
  await harness?.close();
  folder?.remove();
});

/** A page of a browser in which somebody asks what is in front of them, and after a while again. */
async function personAtBrowser(view: View): Promise<Page> {
  const { samples } = harness.utterance(FRONT.question);
  const sound = joined([silence(LEAD_MS), samples, silence(AGAIN_MS), samples, silence(20_000)]);
  const browser = await startPerson(folder.path, { sound, view });
  open.push(browser);
  const context = await browser.newContext({ viewport: { width: 1000, height: 1000 }, locale: "en-US" });
  return context.newPage();
}

async function gateway(): Promise<string> {
  const port = String(await freeTcpPort());
  const program: Program = sightline(["gateway"], { env: { ...harness.environment, PORT: port } });
  open.push({
    async close() {
      program.child.kill("SIGTERM");
      await program.ended;
    },
  });
  await expect.poll(() => program.stdout(), { timeout: 20_000 }).toContain("127.0.0.1");
  return `http://127.0.0.1:${port}`;
}

test("the page in a browser: one press, a spoken question about the camera, an answer heard and read", async () => {
  const address = await gateway();
  const page = await personAtBrowser(await personView());
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(address);
  await page.getByRole("button", { name: /call/i }).first().click();
  await expect.poll(() => page.getByRole("main").innerText(), PAGE_MS).toContain(FRONT.local);
  await keepPicture(page, "call-whole");
  const understood = (): string =>
    harness.local
      .asked()
      .map(({ question }) => question)
      .join(" ");
  await expect
    .poll(() => shareOfWords(understood(), FRONT.question), PAGE_MS)
    .toBeGreaterThanOrEqual(LEAST_SHARE);
  expect(harness.cloud.asked().filter(({ pictures }) => pictures > 0)).toEqual([]);
  expect(faults).toEqual([]);
}, 120_000);

test("thirty lines of livekit-client that know nothing of Sightline join the same agent", async () => {
  const bare = createServer((request, response) => {
    if (request.url === "/api/v1/livekit/token") {
      void harness.token("bare-room").then((token) => {
        const answer = { server_url: harness.livekit.url, participant_token: token };
        response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
      return;
    }
    const file =
      request.url === "/"
        ? "test/fixtures/bare-client.html"
        : "node_modules/livekit-client/dist/livekit-client.umd.js";
    const type = request.url === "/" ? "text/html" : "text/javascript";
    response.writeHead(200, { "content-type": type }).end(readFileSync(join(PROJECT, file)));
  }).listen(0, "127.0.0.1");
  await once(bare, "listening");
  open.push({
    async close() {
      bare.closeAllConnections();
      bare.close();
      await once(bare, "close");
    },
  });
  const page = await personAtBrowser(await emptyView());
  await page.goto(`http://127.0.0.1:${(bare.address() as AddressInfo).port}/`);
  await page.getByRole("button", { name: "Join" }).click();
  await expect.poll(() => page.locator("#said").innerText(), PAGE_MS).toMatch(/agent-\S+: (There|A woman)/);
  const said = (): Promise<string> => page.locator("#said").innerText();
  await expect
    .poll(async () => shareOfWords(await said(), FRONT.question), PAGE_MS)
    .toBeGreaterThanOrEqual(LEAST_SHARE);
}, 120_000);

test("a LiveKit program that knows nothing of Sightline is heard, answered, and told what the agent does", async () => {
  const { samples } = harness.utterance(JOKE.question);
  const sound = joined([silence(3000), samples, silence(20_000)]);
  const file = folder.put("microphone.raw", new Uint8Array(sound.buffer, sound.byteOffset, sound.byteLength));
  const args = [
    "test/fixtures/bare-program.ts",
    harness.livekit.url,
    await harness.token("bare-program"),
    file,
  ];
  const program = start(process.execPath, args, { env: { NODE_ENV: "production" } });
  open.push({
    async close() {
      program.child.kill();
      await program.ended;
    },
  });
  const said = (): string => program.stdout();
  await expect.poll(said, PAGE_MS).toMatch(/^agent-\S+: Why did the chicken/m);
  await expect.poll(said, PAGE_MS).toMatch(/^sound$/m);
  expect(shareOfWords(said(), JOKE.question)).toBeGreaterThanOrEqual(LEAST_SHARE);
  for (const state of ["listening", "thinking", "speaking"]) expect(said()).toContain(`state: ${state}`);
}, 90_000);

test("a LiveKit program gets states, and both sides' words with the track that they belong to", async () => {
  const caller = await harness.call();
  await caller.show(await emptyView());
  await caller.pause(3500);
  await expectNextTurn(harness, caller, FRONT.question, FRONT.cloud);
  const microphone = [...(caller.room.localParticipant?.trackPublications.values() ?? [])].find(
    ({ name }) => name === "microphone",
  );
  const own = caller.captions.filter(({ track, final }) => track === microphone?.sid && final);
  const understoodWords = eventsOf(caller, "heard").filter(({ final }) => final);
  expect(own.map(({ text }) => text)).toEqual(understoodWords.map(({ text }) => text));
  expect(own.map(({ text }) => text).join(" ")).toContain("front of me?");
  await expect
    .poll(() => caller.captions.find(({ track }) => track !== microphone?.sid)?.text, PAGE_MS)
    .toBe(FRONT.cloud);
  await expect.poll(() => caller.agentState(), PAGE_MS).toBe("listening");
}, 60_000);
