import { describe, expect, it, vi } from "vitest";
import fc from "fast-check";
import type { ClearPicture } from "../../../orchestrator/turn/clear-picture.ts";
import type { EngineEvent } from "../../../orchestrator/turn/ports.ts";
import { stopped } from "../../../orchestrator/turn/stopped.ts";
import { createRecorder } from "../../../orchestrator/turn/recorder.ts";
import { reply } from "../../../orchestrator/turn/reply.ts";
import type { Jpeg, Sighting, TurnContext } from "../../../orchestrator/turn/turn.ts";
import {
  engineOf,
  frameOf,
  gateOf,
  pastOf,
  personVerdict,
  saying,
  settingsOf,
  turnOf,
  verdictOf,
} from "../../standins/turn.ts";
import { failing, gist, hanging, LOOK, never, portsOf, run, TALK } from "./run-reply.ts";

async function* lost(): AsyncGenerator<EngineEvent> {
  yield { type: "text-delta", text: "Eine Tür" };
  yield* failing();
}

describe("a turn over a picture", () => {
  it("goes to the cloud with exactly the judged bytes when nobody is in it", async () => {
    const cloud = engineOf<ClearPicture>("A |chair.");
    const frame = frameOf();
    expect(gist(await run(turnOf(LOOK), portsOf({ cloud, frame })))).toBe(
      "A chair. | answered cloud no-person",
    );
    const user = cloud.prompts[0]?.messages.at(-1);
    const picture = user?.role === "user" ? user.parts[0] : undefined;
    expect(picture?.type === "picture" ? picture.picture.jpeg.sha256 : "").toBe(frame.gated.sha256);
  });

  it("stays local when somebody is, with the detector's facts after the picture", async () => {
    const cloud = engineOf<ClearPicture>("no");
    const local = engineOf<Jpeg>("A woman.");
    const result = await run(turnOf(LOOK), portsOf({ cloud, local, gate: gateOf(personVerdict) }));
    expect(gist(result)).toBe("A woman. | answered local person-in-frame");
    expect(cloud.prompts).toHaveLength(0);
    expect(JSON.stringify(local.prompts[0])).toContain("person");
  });

  it("counts a verdict that is late as a person", async () => {
    const cloud = engineOf<ClearPicture>("no");
    const ports = portsOf({ cloud, gate: (_frame, signal) => never(signal) });
    const turn = turnOf(LOOK, { settings: settingsOf({ verdictDeadlineMs: 5 }) });
    expect(gist(await run(turn, ports))).toBe("Local says. | answered local gate-unavailable");
    expect(cloud.prompts).toHaveLength(0);
  });

  it("counts a gate that throws as a person", async () => {
    const cloud = engineOf<ClearPicture>("no");
    const throwing = (): never => {
      throw new Error("bug");
    };
    for (const gate of [() => Promise.reject(new Error("bug")), throwing]) {
      const result = await run(turnOf(LOOK), portsOf({ cloud, gate }));
      expect(gist(result)).toBe("Local says. | answered local gate-unavailable");
    }
    expect(cloud.prompts).toHaveLength(0);
  });

  it("never looks when the assistant has no eyes", async () => {
    let looks = 0;
    const gate = gateOf((frame) => {
      looks += 1;
      return personVerdict(frame);
    });
    const turn = turnOf(LOOK, { settings: settingsOf({ camera: false }) });
    const result = await run(turn, portsOf({ gate }));
    expect(gist(result)).toBe("Cloud says. | answered cloud no-frame-needed");
    expect(result.need).toEqual({ value: false, reason: "no-eyes", reading: false, screen: false });
    expect(looks).toBe(0);
    const engines = { local: undefined, cloud: undefined };
    expect(gist(await run(turn, portsOf(engines)))).toMatch(/^I can't answer right now\. \| notice/);
  });

  it("speaks its fixed sentences in the language of the turn", async () => {
    const german = (question: string) => turnOf(question, { settings: settingsOf({ language: "de-AT" }) });
    expect(gist(await run(german(LOOK), portsOf({ frame: null })))).toMatch(/^Die Kamera ist aus/);
    const broken = portsOf({ local: engineOf<Jpeg>(lost), cloud: undefined });
    expect(gist(await run(german(TALK), broken))).toMatch(/^Eine Tür Der Rest ist mir verloren gegangen\./);
  });

  it("says that the camera is off", async () => {
    const result = await run(turnOf(LOOK), portsOf({ frame: null }));
    expect(gist(result)).toMatch(/camera is off.* \| notice none no-frame-available/);
  });

  it("says that a black picture shows nothing, and asks nobody", async () => {
    const [cloud, local] = [engineOf<ClearPicture>("no"), engineOf<Jpeg>("no")];
    const frame = frameOf({ quality: { hint: "too-dark", mean: 1, deviation: 1 } });
    const result = await run(turnOf(LOOK), portsOf({ cloud, local, frame }));
    expect(gist(result)).toBe("The picture is too dark: more light, please. | notice none nothing-to-see");
    expect([...cloud.prompts, ...local.prompts]).toHaveLength(0);
  });

  it("says what is wrong with the picture before a model's answer, and leaves it to the describer's own", async () => {
    const frame = frameOf({ quality: { hint: "blurred" } });
    const local = engineOf<Jpeg>("A |cup.");
    const gate = gateOf(personVerdict);
    expect(gist(await run(turnOf(LOOK), portsOf({ local, frame, gate })))).toBe(
      "The picture is blurred: hold the camera still, please. A cup. | answered local person-in-frame",
    );
    const down = engineOf<Jpeg>(() => failing());
    expect(gist(await run(turnOf(LOOK), portsOf({ local: down, frame, gate })))).toMatch(/^Detector says\./);
  });

  it("falls to the detector's words when the local engine is down and a person is there", async () => {
    const cloud = engineOf<ClearPicture>("no");
    const result = await run(
      turnOf(LOOK),
      portsOf({ cloud, gate: gateOf(personVerdict), local: engineOf<Jpeg>(() => failing()) }),
    );
    expect(gist(result)).toBe("Detector says. | answered describer local-unavailable");
    expect(result.engineErrors).toEqual([{ engine: "local", category: "server" }]);
    expect(cloud.prompts).toHaveLength(0);
  });
});

describe("what goes with the conversation", () => {
  it("a question without a picture stays local after a local answer", async () => {
    const cloud = engineOf<ClearPicture>("no");
    const result = await run(
      turnOf(TALK, { history: [pastOf({ engine: "describer" })] }),
      portsOf({ cloud }),
    );
    expect(gist(result)).toBe("Local says. | answered local follows-local");
    expect(cloud.prompts).toHaveLength(0);
  });

  it("a denial of people is hedged while the detector is certain of one", async () => {
    const local = engineOf<Jpeg>("A hallway. |Nobody is |here.");
    const result = await run(turnOf(LOOK), portsOf({ local, gate: gateOf(personVerdict) }));
    expect(result.contradicted).toBe(true);
    expect(result.text).not.toContain("Nobody");
    expect(result.text).toMatch(/^A hallway\. .*person/);
  });

  it("a German denial is hedged in German, and the describer is asked in German", async () => {
    const settings = settingsOf({ language: "de-DE" });
    const gate = gateOf(personVerdict);
    const local = engineOf<Jpeg>("Ein Flur. |Niemand ist |da.");
    const result = await run(turnOf("Ist da jemand?", { settings }), portsOf({ local, gate }));
    expect(result.contradicted).toBe(true);
    expect(result.text).toMatch(
      /^Ein Flur\. Menschen kann ich nicht ausschließen: .*eine Person, auf .* Uhr\.$/,
    );

    const describer = engineOf<Sighting>("Eine Person.");
    await run(turnOf("Ist da jemand?", { settings }), portsOf({ local: undefined, gate, describer }));
    expect(describer.prompts.map(({ language }) => language)).toEqual(["de"]);
  });
});

describe("a bare no", () => {
  it("to a question for people is a denial too", async () => {
    const ports = portsOf({ local: engineOf<Jpeg>("No."), gate: gateOf(personVerdict) });
    const result = await run(turnOf("Is anyone there?"), ports);
    expect(result.contradicted).toBe(true);
    expect(result.text).not.toMatch(/^No\b/);
  });

  it("to any other question passes", async () => {
    const ports = portsOf({ local: engineOf<Jpeg>("No."), gate: gateOf(personVerdict) });
    expect((await run(turnOf("Is the light on?"), ports)).text).toBe("No.");
  });
});

describe("an abort", () => {
  it.each([0, 1, 2, 3])(
    "after %i pieces ends the turn as cancelled and closes the engine",
    async (pieces) => {
      const barge = new AbortController();
      const cloud = engineOf<ClearPicture>(async function* (ctx) {
        for (let piece = 0; piece < pieces; piece++) yield { type: "text-delta", text: "A chair. " };
        await never(ctx.signal);
      });
      const recorder = createRecorder({ turnId: "turn", signal: barge.signal, transport: "terminal" });
      const texts: string[] = [];
      setTimeout(() => barge.abort(new DOMException("barge-in", "AbortError")), 10);
      for await (const text of reply(turnOf(LOOK), portsOf({ cloud }), recorder.ctx)) texts.push(text);
      expect(texts).toHaveLength(pieces);
      expect(recorder.report().outcome).toBe("cancelled");
      expect(cloud.aborted).toHaveLength(1);
    },
  );

  it("before the first word keeps the picture that was asked about", async () => {
    const barge = new AbortController();
    const local = engineOf<Jpeg>(hanging);
    const recorder = createRecorder({ turnId: "turn", signal: barge.signal, transport: "terminal" });
    setTimeout(() => barge.abort(stopped("barge-in")), 10);
    const ports = portsOf({ local, gate: gateOf(personVerdict) });
    for await (const _text of reply(turnOf(LOOK), ports, recorder.ctx)) break;
    expect(recorder.report()).toMatchObject({ outcome: "cancelled", route: { engine: "local" } });
    const sent = local.prompts[0]?.messages.at(-1);
    const picture = sent?.role === "user" ? sent.parts[0] : undefined;
    expect(picture).toEqual({ type: "picture", picture: recorder.report().picture?.jpeg });
  });

  it("by return() closes the engine too", async () => {
    const cloud = engineOf<ClearPicture>(async function* (ctx) {
      yield { type: "text-delta", text: "A chair. " };
      await never(ctx.signal);
    });
    const recorder = createRecorder({
      turnId: "turn",
      signal: new AbortController().signal,
      transport: "terminal",
    });
    for await (const _text of reply(turnOf(LOOK), portsOf({ cloud }), recorder.ctx)) break;
    expect(recorder.report().outcome).toBe("cancelled");
    await vi.waitFor(() => expect(cloud.aborted).toHaveLength(1));
  });

  it("leaves no timers behind", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    for (let round = 0; round < 20; round++) await run(turnOf(LOOK), portsOf());
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

describe("whatever fails", () => {
  const behaviour = fc.constantFrom("answers", "fails", "refuses", "empty", "absent", "hangs");
  const toScript = (kind: string) => (ctx: TurnContext) => {
    if (kind === "fails") return failing();
    if (kind === "refuses") return saying("I'm sorry, but I can't help with that.");
    if (kind === "empty") return saying("");
    return kind === "hangs" ? hanging(ctx) : saying("An answer.");
  };

  it("a turn ends in words, and a picture reaches the cloud only with a clear verdict", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("person-local", "local-first", "local-only"),
        fc.constantFrom("clear", "person", "unknown"),
        behaviour,
        behaviour,
        fc.constantFrom(LOOK, TALK, "Read the label."),
        async (policy, value, localKind, cloudKind, question) => {
          const cloud = engineOf<ClearPicture>(toScript(cloudKind));
          const ports = portsOf({
            cloud: cloudKind === "absent" ? undefined : cloud,
            local: localKind === "absent" ? undefined : engineOf<Jpeg>(toScript(localKind)),
            gate: gateOf((frame) =>
              value === "person"
                ? personVerdict(frame)
                : verdictOf(frame, { value, reason: value === "clear" ? "no-person" : "uncertain" }),
            ),
          });
          const settings = settingsOf({
            policy,
            turnDeadlineMs: 40,
            fallbackAfterMs: { local: 5, cloud: 5 },
          });
          const result = await run(turnOf(question, { settings }), ports);
          expect(result.text.trim()).not.toBe("");
          const sent = cloud.prompts.some((prompt) => JSON.stringify(prompt.messages).includes('"picture"'));
          if (sent) expect(value).toBe("clear");
          if (policy === "local-only") expect(cloud.prompts).toHaveLength(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});
