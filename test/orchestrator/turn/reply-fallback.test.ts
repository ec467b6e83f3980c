import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineError } from "../../../orchestrator/errors.ts";
import type { ClearPicture } from "../../../orchestrator/turn/clear-picture.ts";
import type { Jpeg, TurnContext } from "../../../orchestrator/turn/turn.ts";
import {
  engineOf,
  frameOf,
  gateOf,
  jpegOf,
  NO_USAGE,
  personVerdict,
  saying,
  settingsOf,
  turnOf,
  verdictOf,
} from "../../standins/turn.ts";
import { failing, gist, hanging, LOOK, portsOf, run, TALK } from "./run-reply.ts";
import { timed } from "../../standins/timed.ts";

const TIMED = timed();

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

  it("keeps a picture from the cloud while the local engine only takes its time", async () => {
    const local = engineOf<Jpeg>(async function* () {
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield* saying("Late but local.");
    });
    const cloud = engineOf<ClearPicture>("no");
    const settings = settingsOf({ policy: "local-first", fallbackAfterMs: { local: 5, cloud: 5 } });
    expect(gist(await run(turnOf(LOOK, { settings }), portsOf({ local, cloud })))).toBe(
      "Late but local. | answered local local-first",
    );
    expect(cloud.prompts).toHaveLength(0);
  });

  it("says that the cloud refused when the local engine had started beside it", async () => {
    const cloud = engineOf<ClearPicture>(async function* () {
      await new Promise((resolve) => setTimeout(resolve, 15));
      yield* saying("I'm sorry, but I can't help with that.");
    });
    const local = engineOf<Jpeg>(async function* () {
      await new Promise((resolve) => setTimeout(resolve, 40));
      yield* saying("A mug.");
    });
    const settings = settingsOf({ fallbackAfterMs: { local: 450, cloud: 5 } });
    expect(gist(await run(turnOf(LOOK, { settings }), portsOf({ local, cloud })))).toBe(
      "A mug. | answered local cloud-refused",
    );
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

  it("keeps the winner's picture when a loser is still encoding its own", async () => {
    const cloud = engineOf<ClearPicture>(async function* () {
      await new Promise((resolve) => setTimeout(resolve, 15));
      yield { type: "text-delta", text: "A chair" };
      await new Promise((resolve) => setTimeout(resolve, 40));
      yield* saying(" ahead.");
    });
    const slow = { ...frameOf(), detailed: () => encodedAfter(35) };
    const settings = settingsOf({ fallbackAfterMs: { local: 450, cloud: 5 } });
    const result = await run(turnOf(LOOK, { settings }), portsOf({ cloud, frame: slow }));
    expect(gist(result)).toBe("A chair ahead. | answered cloud no-person");
    expect(result.picture).toMatchObject({ jpeg: null, clear: { jpeg: { sha256: slow.gated.sha256 } } });
  });

  it("says so when the model declines in the middle of an answer", async () => {
    for (const reason of ["refusal", "content-filter"] as const) {
      const cloud = engineOf<ClearPicture>(async function* () {
        yield { type: "text-delta", text: "A bottle, one o'clock." };
        if (reason === "refusal") yield { type: "refusal-delta", text: "I can't go on." };
        yield { type: "finish", reason, usage: NO_USAGE };
      });
      expect(gist(await run(turnOf(LOOK), portsOf({ cloud })))).toBe(
        "A bottle, one o'clock. I lost the rest. | notice cloud no-person",
      );
    }
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

  it("counts the wait for the gate into the turn's deadline", TIMED, async () => {
    const gate = () => new Promise<never>(() => {});
    const ports = portsOf({ cloud: undefined, local: engineOf<Jpeg>(hanging), gate });
    const turn = turnOf(LOOK, { settings: settingsOf({ verdictDeadlineMs: 150, turnDeadlineMs: 160 }) });
    const { text, totalMs } = await run(turn, ports);
    expect(text).toBe("I can't answer right now.");
    expect(totalMs).toBeLessThan(300);
  });
});

function encodedAfter(delayMs: number): Promise<Jpeg> {
  return new Promise((resolve) => setTimeout(() => resolve(jpegOf("detailed")), delayMs));
}

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
