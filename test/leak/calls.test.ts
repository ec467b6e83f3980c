import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { createLog } from "../../orchestrator/log.ts";
import { openStore } from "../../orchestrator/store/store.ts";
import type { Gate } from "../../orchestrator/turn/ports.ts";
import type { FrameSource, PastTurn } from "../../orchestrator/turn/turn.ts";
import { createFrameRing } from "../../orchestrator/vision/ring.ts";
import { startTestCall, type TestCall } from "../standins/call/call.ts";
import { clearPicture, personPicture, testFolder } from "../standins/photo-files.ts";
import { engineOf, settingsOf } from "../standins/turn.ts";
import { ASKED_AT_HOME, AT_HOME, expectNobodyOut, judged, withHouse } from "./entries.ts";
import { picturesIn } from "./walls.ts";

const { house, gateUrl } = withHouse();

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
          cloud: house().engine,
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
      const { clear, stream } = judged(gateUrl());
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
      const sent = picturesIn(house().cloud.chats).length;
      if (source === "camera" || !localUp) expect(sent).toBeGreaterThan(0);
      await expectNobodyOut(house(), clear);
    },
    30_000,
  );

  it("a call that goes on after a crash still knows what was private", async () => {
    const { clear, stream } = judged(gateUrl());
    const first = await startSeeing(stream, "camera");
    await first.show(await personPicture());
    expect(await first.ask(ASKED_AT_HOME)).toBe(AT_HOME);

    const folder = testFolder();
    const store = await openStore({ dir: folder.path, retentionDays: 1, log: createLog("silent") });
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
    expect(picturesIn(house().cloud.chats)).toHaveLength(1);
    await expectNobodyOut(house(), clear);
  }, 30_000);
});
