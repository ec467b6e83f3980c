import { describe, expect, it, vi } from "vitest";
import fc from "fast-check";
import { EngineError } from "../../../orchestrator/errors.ts";
import type { ClearPicture } from "../../../orchestrator/turn/clear-picture.ts";
import type { EngineEvent, Ports } from "../../../orchestrator/turn/ports.ts";
import { createRecorder } from "../../../orchestrator/turn/recorder.ts";
import { reply } from "../../../orchestrator/turn/reply.ts";
import type { TurnReport } from "../../../orchestrator/turn/report.ts";
import type { Frame, Jpeg, Sighting, Turn, TurnContext } from "../../../orchestrator/turn/turn.ts";
import {
  cameraOf,
  engineOf,
  frameOf,
  gateOf,
  NO_USAGE,
  pastOf,
  personVerdict,
  saying,
  settingsOf,
  turnOf,
  verdictOf,
} from "../../standins/turn.ts";

const LOOK = "What's in front of me?";
const TALK = "Tell me a joke.";
const never = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(new Error("aborted"))),
  );

async function* failing(): AsyncGenerator<EngineEvent> {
  yield await Promise.reject<EngineEvent>(new EngineError("fake", "server", "http-500"));
}
async function* hanging(ctx: TurnContext): AsyncGenerator<EngineEvent> {
  yield await never(ctx.signal);
}

interface Setup extends Partial<Ports> {
  readonly frame?: Frame | null;
}

function portsOf({ frame, ...ports }: Setup = {}): Ports {
  return {
    camera: cameraOf(...(frame === null ? [] : [frame ?? frameOf()])),
    gate: gateOf((frame) => verdictOf(frame)),
    local: engineOf<Jpeg>("Local |says."),
    cloud: engineOf<ClearPicture>("Cloud |says."),
    describer: engineOf<Sighting>("Detector says."),
    ...ports,
  };
}

async function run(
  turn: Turn,
  ports: Ports,
  signal = new AbortController().signal,
): Promise<TurnReport & { text: string }> {
  const recorder = createRecorder({ turnId: "turn", signal, transport: "terminal" });
  let text = "";
  for await (const piece of reply(turn, ports, recorder.ctx)) text += piece;
  return { ...recorder.report(), text };
}

const gist = ({ text, outcome, route }: TurnReport & { text: string }): string =>
  `${text} | ${outcome} ${route?.engine} ${route?.reason}`;

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

  it("says that the camera is off", async () => {
    const result = await run(turnOf(LOOK), portsOf({ frame: null }));
    expect(gist(result)).toMatch(/camera is off.* \| notice none no-frame-available/);
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

describe("fallback, only while nothing was shown", () => {
  it("takes the local engine with the same picture when the cloud refuses, before a word of it is shown", async () => {
    const cloud = engineOf<ClearPicture>("I'm sorry, |but I can't help |with that request.");
    const local = engineOf<Jpeg>("A mug.");
    const result = await run(turnOf(LOOK), portsOf({ cloud, local }));
    expect(gist(result)).toBe("A mug. | answered local cloud-refused");
    expect(result.refused).toBe(true);
  });

  it("does so for a refusal of the protocol and a content filter too", async () => {
    for (const reason of ["refusal", "content-filter"] as const) {
      const cloud = engineOf<ClearPicture>(async function* () {
        if (reason === "refusal") yield { type: "refusal-delta", text: "No." };
        yield { type: "finish", reason, usage: NO_USAGE };
      });
      expect(gist(await run(turnOf(LOOK), portsOf({ cloud })))).toBe(
        "Local says. | answered local cloud-refused",
      );
    }
  });

  it("speaks a whole-sentence refusal when no picture is at stake", async () => {
    const cloud = engineOf<ClearPicture>(async function* () {
      yield { type: "refusal-delta", text: "I can't tell that one." };
      yield { type: "finish", reason: "refusal", usage: NO_USAGE };
    });
    expect(gist(await run(turnOf(TALK), portsOf({ cloud })))).toMatch(/^I can't tell that one\. \| notice/);
  });

  it("takes the local engine when the cloud fails", async () => {
    const cloud = engineOf<ClearPicture>(() => failing());
    expect(gist(await run(turnOf(LOOK), portsOf({ cloud })))).toBe(
      "Local says. | answered local cloud-unavailable",
    );
  });

  it("counts an empty answer as a failure", async () => {
    const cloud = engineOf<ClearPicture>("");
    expect(gist(await run(turnOf(LOOK), portsOf({ cloud })))).toBe(
      "Local says. | answered local cloud-unavailable",
    );
  });

  it("starts the local engine beside a cloud that is late, and closes the loser upstream", async () => {
    const cloud = engineOf<ClearPicture>(hanging);
    const turn = turnOf(LOOK, { settings: settingsOf({ fallbackAfterMs: { local: 450, cloud: 10 } }) });
    expect(gist(await run(turn, portsOf({ cloud })))).toBe("Local says. | answered local cloud-unavailable");
    expect(cloud.aborted).toHaveLength(1);
  });

  it("sends no private paper to the cloud because the local engine takes its time, only when it is down", async () => {
    const cloud = engineOf<ClearPicture>("Cloud says.");
    const settings = settingsOf({ privateToCloud: "all", fallbackAfterMs: { local: 5, cloud: 5 } });
    const slow = engineOf<Jpeg>(async function* () {
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield* saying("A letter.");
    });
    const turn = turnOf("Read the label.", { settings });
    expect(gist(await run(turn, portsOf({ cloud, local: slow })))).toBe(
      "A letter. | answered local reading-local",
    );
    expect(cloud.prompts).toHaveLength(0);
    const down = engineOf<Jpeg>(() => failing());
    expect(gist(await run(turn, portsOf({ cloud, local: down })))).toBe(
      "Cloud says. | answered cloud local-unavailable",
    );
  });

  it("lets the cloud win when it speaks before the second engine", async () => {
    const cloud = engineOf<ClearPicture>(async function* (ctx) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield* saying("Late but first.");
      void ctx;
    });
    const local = engineOf<Jpeg>(hanging);
    const turn = turnOf(LOOK, { settings: settingsOf({ fallbackAfterMs: { local: 450, cloud: 5 } }) });
    expect(gist(await run(turn, portsOf({ cloud, local })))).toBe(
      "Late but first. | answered cloud no-person",
    );
    expect(local.aborted).toHaveLength(1);
  });

  it("never lets another engine go on after the first word: the rest is lost, and said so", async () => {
    const local = engineOf<Jpeg>("Another voice.");
    const cloud = engineOf<ClearPicture>(async function* () {
      yield { type: "text-delta", text: "A chair, one o'clock." };
      throw new EngineError("cloud", "timeout", "gap");
    });
    const result = await run(turnOf(LOOK), portsOf({ cloud, local }));
    expect(gist(result)).toBe("A chair, one o'clock. I lost the rest. | notice cloud no-person");
    expect(local.prompts).toHaveLength(0);
    expect(result.engineErrors).toEqual([{ engine: "cloud", category: "timeout" }]);
  });

  it("ends in one honest sentence when nobody is left", async () => {
    const ports = portsOf({ cloud: engineOf<ClearPicture>(() => failing()), local: undefined });
    expect(gist(await run(turnOf(TALK), ports))).toBe(
      "I can't answer right now. | notice none cloud-unavailable",
    );
  });

  it("ends by the turn's deadline", async () => {
    const ports = portsOf({ cloud: undefined, local: engineOf<Jpeg>(hanging) });
    const turn = turnOf(TALK, { settings: settingsOf({ turnDeadlineMs: 15 }) });
    expect((await run(turn, ports)).text).toBe("I can't answer right now.");
  });

  it("counts the wait for the gate into the turn's deadline", async () => {
    const gate = () => new Promise<never>(() => {});
    const ports = portsOf({ cloud: undefined, local: engineOf<Jpeg>(hanging), gate });
    const turn = turnOf(LOOK, { settings: settingsOf({ verdictDeadlineMs: 150, turnDeadlineMs: 160 }) });
    const { text, totalMs } = await run(turn, ports);
    expect(text).toBe("I can't answer right now.");
    expect(totalMs).toBeLessThan(300);
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
