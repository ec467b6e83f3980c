import { describe, expect, it, onTestFinished } from "vitest";
import { createAnswer } from "../../orchestrator/http/answer.ts";
import { createLog } from "../../orchestrator/log.ts";
import { createMetrics } from "../../orchestrator/metrics/metrics.ts";
import type { Gate } from "../../orchestrator/turn/ports.ts";
import { memoryLedger, startGateway } from "../orchestrator/http/gateway-fixture.ts";
import { clearPicture, personPicture } from "../standins/photo-files.ts";
import { engineOf, settingsOf } from "../standins/turn.ts";
import { ASKED_AT_HOME, AT_HOME, expectNobodyOut, judged, withHouse } from "./entries.ts";
import { FAULTY_GATES, SHORT_LIMITS } from "./faulty-gates.ts";
import { picturesIn } from "./walls.ts";

const { house, gateUrl } = withHouse();

describe("typed questions over HTTP", () => {
  async function startAsking(gate: Gate, localUp: boolean) {
    const { url } = await startGateway({
      limits: { questionsPerMinute: 1000 },
      ask: createAnswer({
        ports: (camera) => ({
          camera,
          gate,
          local: engineOf(AT_HOME, { up: localUp }),
          cloud: house().engine,
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
        log: createLog("silent"),
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
    const { clear, photo } = judged(gateUrl());
    const { json, form } = await startAsking(photo, localUp);
    await json("What is in front of me?", await clearPicture());
    await json(ASKED_AT_HOME, await personPicture());
    await json("Tell me more HomeQuestion.");
    await json("repeat that");
    await form(ASKED_AT_HOME, await personPicture(640, 384, 7));
    await form("What is in front of me?", await clearPicture(640, 384, 9));
    await Promise.all([form(ASKED_AT_HOME, await personPicture()), json("And why HomeQuestion?")]);
    await json("What is in front of me?", await clearPicture(640, 384, 11));
    expect(picturesIn(house().cloud.chats).length).toBeGreaterThanOrEqual(3);
    await expectNobodyOut(house(), clear);
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
      expect(house().cloud.chats).toEqual([]);
    },
  );
});
