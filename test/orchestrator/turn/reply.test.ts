import { describe, expect, it } from "vitest";
import { localCommand } from "../../../orchestrator/session/commands/commands.ts";
import { isBackchannel } from "../../../orchestrator/session/hearing/backchannel.ts";
import type { ClearPicture } from "../../../orchestrator/turn/clear-picture.ts";
import type { EngineEvent } from "../../../orchestrator/turn/ports.ts";
import type { Jpeg, PastTurn, Sighting } from "../../../orchestrator/turn/turn.ts";
import {
  engineOf,
  frameOf,
  gateOf,
  pastOf,
  personVerdict,
  saying,
  settingsOf,
  turnOf,
} from "../../standins/turn.ts";
import { failing, gist, LOOK, never, portsOf, run, TALK } from "./run-reply.ts";

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

  it.each([
    ["in the middle of a sentence", "Pay 245|", "Pay 245… That is not all. Say more to hear the rest."],
    ["behind one", "Dear Ada.|", "Dear Ada. That is not all. Say more to hear the rest."],
  ])("says that there is more of an answer that is cut at its limit %s", async (_, text, answer) => {
    const cloud = engineOf<ClearPicture>(() => saying(text, "length"));
    const result = await run(turnOf(LOOK), portsOf({ cloud }));
    expect(gist(result)).toBe(`${answer} | answered cloud no-person`);
    expect(result.truncated).toBe(true);
    expect(localCommand("More.", "en")).toEqual({ command: "more" });
    expect(localCommand("Mehr.", "de")).toEqual({ command: "more" });
    expect(isBackchannel("more", "en") || isBackchannel("mehr", "de")).toBe(false);
  });

  it("looks at the camera while a screen is shared, and at the screen for what goes on with that", async () => {
    const seen = async (question: string, past: readonly PastTurn[]): Promise<string | undefined> => {
      const frames = [
        frameOf({ source: "camera", capturedAtMs: performance.now() - 200 }),
        frameOf({ source: "screen", capturedAtMs: performance.now() - 100, sharpness: 999 }),
      ];
      const ports = portsOf({
        camera: { recent: () => frames, next: () => never(new AbortController().signal) },
      });
      return (await run(turnOf(question, { history: past }), ports)).frame?.source;
    };
    const ofScreen = [pastOf({ question: "What's on my screen?", facts: "x", source: "screen" })];
    expect(await seen(LOOK, [])).toBe("camera");
    expect(await seen(LOOK, ofScreen)).toBe("camera");
    expect(await seen("Tell me more.", ofScreen)).toBe("screen");
    expect(await seen("Read the third line.", ofScreen)).toBe("screen");
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
