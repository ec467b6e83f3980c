import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { RunningGate } from "../../inference/gate/start.ts";
import { createAnswer } from "../../orchestrator/http/answer.ts";
import { createLog } from "../../orchestrator/log.ts";
import { createMetrics } from "../../orchestrator/metrics/metrics.ts";
import { openStore } from "../../orchestrator/store/store.ts";
import type { Gate } from "../../orchestrator/turn/ports.ts";
import type { FrameSource, PastTurn } from "../../orchestrator/turn/turn.ts";
import { connectGate } from "../../orchestrator/vision/gate-client.ts";
import { GATE_LIMITS } from "../../orchestrator/vision/gate-limits.ts";
import { frameFromBytes } from "../../orchestrator/vision/photo.ts";
import { createFrameRing } from "../../orchestrator/vision/ring.ts";
import { memoryLedger, startGateway } from "../orchestrator/http/gateway-fixture.ts";
import { startTestCall, type TestCall } from "../standins/call/call.ts";
import { clearPicture, personPicture, startStubGate, testFolder } from "../standins/photo-files.ts";
import { engineOf, settingsOf } from "../standins/turn.ts";
import { FAULTY_GATES, SHORT_LIMITS } from "./faulty-gates.ts";
import { buildHouse, type House, picturesIn, sha256Of, wordsIn } from "./walls.ts";

/** Said inside the house alone. */
const AT_HOME = "HomeAnswer.";
const ASKED_AT_HOME = "What is in front of me? HomeQuestion.";
const log = createLog("silent");
const waits = { photo: 10_000, stream: 10_000 };
const PATIENT = { ...GATE_LIMITS, answerMs: waits, stuckMs: waits };

let service: RunningGate;
let house: House;
beforeAll(async () => {
  service = await startStubGate();
});
afterAll(() => service.close());
beforeEach(async () => {
  house = await buildHouse();
});
afterEach(() => house.close());

/** A connection to the gate, and the hashes of all that it judged clear. */
function judged(url = service.url, limits = PATIENT) {
  const connection = connectGate(url, { limits });
  onTestFinished(() => connection.close());
  const clear = new Set<string>();
  const watch =
    (gate: Gate): Gate =>
    async (frame, signal) => {
      const verdict = await gate(frame, signal);
      if (verdict.value === "clear") clear.add(frame.gated.sha256);
      return verdict;
    };
  return { clear, photo: watch(connection.gate), stream: () => watch(connection.forStream()) };
}

/** Magenta, which is what a person looks like to the tiny detector, and is nowhere else. */
async function showsPerson(jpeg: Buffer): Promise<boolean> {
  const { data, info } = await sharp(jpeg).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += info.channels)
    if (data[at]! > 200 && data[at + 1]! < 60 && data[at + 2]! > 200) return true;
  return false;
}

/** Everything that came to the cloud: nobody in the pictures, each judged clear, no word of a private turn. */
async function expectNobodyOut(clear: ReadonlySet<string>): Promise<void> {
  const pictures = picturesIn(house.cloud.chats);
  expect(pictures.map(sha256Of).filter((sha256) => !clear.has(sha256))).toEqual([]);
  expect((await Promise.all(pictures.map(showsPerson))).filter(Boolean)).toEqual([]);
  const words = wordsIn(house.cloud.requests);
  expect([AT_HOME, "HomeQuestion"].filter((secret) => words.includes(secret))).toEqual([]);
}

it("the pictures of these tests show what they are said to show", async () => {
  const shown = async (jpeg: Buffer) => showsPerson(Buffer.from((await frameFromBytes(jpeg)).gated.bytes));
  expect(await shown(await personPicture())).toBe(true);
  expect(await shown(await clearPicture())).toBe(false);
});

describe("typed questions over HTTP", () => {
  async function startAsking(gate: Gate, localUp: boolean) {
    const { url } = await startGateway({
      limits: { questionsPerMinute: 1000 },
      ask: createAnswer({
        ports: (camera) => ({
          camera,
          gate,
          local: engineOf(AT_HOME, { up: localUp }),
          cloud: house.engine,
          describer: engineOf(AT_HOME),
        }),
        settings: settingsOf({ verdictDeadlineMs: 10_000, privateToCloud: "all" }),
        persona: { language: "en", verbosity: "normal" },
        contextTokens: 100_000,
        localPictures: 24,
        places: {},
        ledger: memoryLedger(),
        metrics: createMetrics(),
        tracer: undefined,
        log,
      }),
    });
    let cookie = "";
    const send = async (body: string | FormData): Promise<string> => {
      const type = typeof body === "string" ? { "content-type": "application/json" } : undefined;
      const response = await fetch(`${url}/api/v1/ask`, {
        method: "POST",
        body,
        headers: { cookie, ...type },
      });
      cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
      return response.text();
    };
    return {
      json: (question: string, jpeg?: Buffer) =>
        send(
          JSON.stringify({
            question,
            ...(jpeg && { image: `data:image/jpeg;base64,${jpeg.toString("base64")}` }),
          }),
        ),
      form: (question: string, jpeg: Buffer) => {
        const form = new FormData();
        form.set("question", question);
        form.set("photo", new Blob([Uint8Array.from(jpeg)], { type: "image/jpeg" }), "photo.jpg");
        return send(form);
      },
    };
  }

  it.each([true, false])("with a gate that is well (local engine up: %s)", async (localUp) => {
    const { clear, photo } = judged();
    const { json, form } = await startAsking(photo, localUp);
    await json("What is in front of me?", await clearPicture());
    await json(ASKED_AT_HOME, await personPicture());
    await json("Tell me more HomeQuestion.");
    await json("repeat that");
    await form(ASKED_AT_HOME, await personPicture(640, 384, 7));
    await form("What is in front of me?", await clearPicture(640, 384, 9));
    await Promise.all([form(ASKED_AT_HOME, await personPicture()), json("And why HomeQuestion?")]);
    await json("What is in front of me?", await clearPicture(640, 384, 11));
    expect(picturesIn(house.cloud.chats).length).toBeGreaterThanOrEqual(3);
    await expectNobodyOut(clear);
  });

  it.each(["crashed", "the wrong sha", "clear with person boxes", "busy"])(
    "with a gate at fault (%s): no picture at all",
    async (name) => {
      const faulty = await FAULTY_GATES[name]!();
      onTestFinished(() => faulty.close());
      const { json, form } = await startAsking(judged(faulty.url, SHORT_LIMITS).photo, false);
      for (const picture of [await personPicture(), await clearPicture()]) {
        await json(ASKED_AT_HOME, picture);
        await form(ASKED_AT_HOME, picture);
      }
      expect(house.cloud.chats).toEqual([]);
    },
  );
});

describe("calls", () => {
  /** A call whose camera or shared screen shows a picture until it shows another. */
  async function startSeeing(
    stream: () => Gate,
    source: FrameSource,
    { localUp = true, resumed }: { localUp?: boolean; resumed?: readonly PastTurn[] } = {},
  ) {
    const test: TestCall = await startTestCall("", {
      deaf: true,
      call: { id: "call", ...(resumed && { resumed: { history: resumed } }) },
      deps: {
        settings: settingsOf({ privateToCloud: "all", verdictDeadlineMs: 10_000 }),
        createRing: () => createFrameRing({ gate: stream() }),
        ports: (ring) => ({
          camera: ring,
          gate: ring.gate,
          local: engineOf(AT_HOME, { up: localUp }),
          cloud: house.engine,
          describer: engineOf(AT_HOME),
        }),
      },
    });
    let shown: Buffer | undefined;
    const timer = setInterval(() => {
      if (!shown) return;
      const size = { width: 640, height: 384, rotation: 0, format: "RGBA" } as const;
      const raw = { ...size, data: shown, capturedAtMs: performance.now(), source };
      test.call.frames.offer(raw, { participant: "caller", track: source });
    }, 50);
    onTestFinished(async () => {
      clearInterval(timer);
      await test.close();
    });
    test.call.frames.setRate(5);
    // The sentence that says so.
    if (resumed) await test.next("answer-end");
    return {
      history: test.history,
      show: async (jpeg: Buffer | undefined, ms = 1500) => {
        shown = jpeg && (await sharp(jpeg).ensureAlpha().raw().toBuffer());
        if (!jpeg) test.call.frames.stop(source);
        await new Promise((resolve) => setTimeout(resolve, ms));
      },
      ask: async (text: string): Promise<string> => {
        test.call.request({ type: "ask", text });
        return (await test.next("answer-end", 15_000)).text;
      },
    };
  }

  it.each([
    ["camera", "What is in front of me?", true],
    ["camera", "What is in front of me?", false],
    ["screen", "What is on my screen?", true],
    ["screen", "What is on my screen?", false],
  ] as const)(
    "%s, local engine up: %s %s",
    async (source, question, localUp) => {
      const { clear, stream } = judged();
      const { show, ask } = await startSeeing(stream, source, { localUp });
      const [nobody, somebody] = [await clearPicture(), await personPicture()];
      await show(nobody, 2000);
      await ask(question);
      // Just after the change the frame of the turn may be either.
      for (const ms of [0, 200]) {
        await show(somebody, ms);
        await ask(question);
        await show(nobody, 1000);
        await ask(question);
      }
      await show(somebody);
      await ask(`${question} HomeQuestion.`);
      await ask("And why HomeQuestion?");
      const sent = picturesIn(house.cloud.chats).length;
      if (source === "camera" || !localUp) expect(sent).toBeGreaterThan(0);
      await expectNobodyOut(clear);
    },
    30_000,
  );

  it("a call that goes on after a crash still knows what was private", async () => {
    const { clear, stream } = judged();
    const first = await startSeeing(stream, "camera");
    await first.show(await personPicture());
    expect(await first.ask(ASKED_AT_HOME)).toBe(AT_HOME);

    const folder = testFolder();
    const store = await openStore({ dir: folder.path, retentionDays: 1, log });
    onTestFinished(async () => {
      await store.close();
      folder.remove();
    });
    const record = { id: "call", room: "room", caller: "caller", agent: "agent", process: "one" };
    store.calls.save({ ...record, history: first.history() });
    const resumed = (await store.calls.ofRoom("room"))?.history ?? [];
    expect(resumed).toMatchObject([{ engine: "local", jpeg: null, clear: null }]);

    const second = await startSeeing(stream, "camera", { resumed });
    expect(await second.ask("Tell me more HomeQuestion.")).toBe(AT_HOME);
    await second.show(await clearPicture(), 2000);
    expect(await second.ask("What is in front of me?")).toBe("From afar.");
    expect(picturesIn(house.cloud.chats)).toHaveLength(1);
    await expectNobodyOut(clear);
  }, 30_000);
});
