import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { ClearPicture } from "../../../orchestrator/turn/clear-picture.ts";
import { cloudPrompt, describerPrompt, localPrompt } from "../../../orchestrator/turn/prompt.ts";
import type { Message, PastTurn, Prompt } from "../../../orchestrator/turn/turn.ts";
import { frameOf, jpegOf, pastOf, turnOf, verdictOf } from "../../standins/turn.ts";

const frame = frameOf();
const clear = ClearPicture.of(frame, verdictOf(frame), 0);

/** The prompt as one text in which a picture is its hash: what a prefix cache sees. */
function flat<Picture extends { sha256?: string; jpeg?: { sha256: string } }>(
  prompt: Prompt<Picture>,
): string {
  const part = (message: Message<Picture>): string =>
    message.role === "user"
      ? message.parts
          .map((p) => (p.type === "text" ? p.text : `[${p.picture.sha256 ?? p.picture.jpeg?.sha256}]`))
          .join("")
      : message.text;
  return prompt.messages.map((message) => `<${message.role}>${part(message)}`).join("");
}

const past: fc.Arbitrary<PastTurn> = fc
  .record({
    question: fc.stringMatching(/^[a-z ]{1,12}\?$/),
    answer: fc.constantFrom("", "A cup.", "Two men."),
    engine: fc.constantFrom("local", "cloud", "describer", "none"),
    picture: fc.boolean(),
    facts: fc.constantFrom("", "Detector: cup."),
    note: fc.constantFrom("", "(In one sentence.)"),
  })
  .map(({ picture, ...rest }) => ({
    ...rest,
    jpeg: picture && rest.engine === "local" ? jpegOf(rest.question) : null,
    clear: picture && rest.engine === "cloud" ? (clear ?? null) : null,
  }));

describe("prompts only grow", () => {
  it.each([
    ["local", 8, (turn: Parameters<typeof localPrompt>[0]) => flat(localPrompt(turn, undefined))],
    // From the fourth picture on, old ones are let go at times.
    ["cloud", 2, (turn: Parameters<typeof cloudPrompt>[0]) => flat(cloudPrompt(turn, undefined))],
  ])("each %s prompt begins with the one before it", (_engine, maxLength, text) => {
    fc.assert(
      fc.property(fc.array(past, { maxLength }), past, (history, next) => {
        const before = text(turnOf("", { history }));
        const after = text(turnOf("And now?", { history: [...history, next] }));
        expect(after.startsWith(before.replace(/(<user>|\n)$/, ""))).toBe(true);
      }),
    );
  });

  it("repeats a past picture turn byte for byte", () => {
    const shown = { picture: jpegOf("one"), facts: "Detector: cup." };
    const first = flat(localPrompt(turnOf("What is this?"), shown));
    const history = [pastOf({ jpeg: shown.picture, facts: shown.facts, answer: "A cup." })];
    const second = flat(localPrompt(turnOf("And now?", { history }), undefined));
    expect(second).toBe(`${first}<assistant>A cup.<user>And now?`);
  });

  it("how long an answer is wanted stands behind its question, and stays there", () => {
    const shown = { picture: jpegOf("one"), facts: "" };
    const first = flat(localPrompt(turnOf("What is this?", { note: "(In one sentence.)" }), shown));
    expect(first).toMatch(/What is this\?\n\(In one sentence\.\)$/);
    const history = [pastOf({ jpeg: shown.picture, note: "(In one sentence.)" })];
    const second = flat(localPrompt(turnOf("And now?", { history, note: "(In detail.)" }), undefined));
    expect(second).toBe(`${first}<assistant>A cup.<user>And now?\n(In detail.)`);
  });

  it("roles alternate whatever was interrupted", () => {
    fc.assert(
      fc.property(fc.array(past, { maxLength: 8 }), (history) => {
        for (const prompt of [
          localPrompt(turnOf("q", { history }), undefined),
          cloudPrompt(turnOf("q", { history }), undefined),
        ]) {
          const roles = prompt.messages.map(({ role }) => role);
          expect(roles[0]).toBe("system");
          expect(
            roles.slice(1).every((role, index) => role === (index % 2 === 0 ? "user" : "assistant")),
          ).toBe(true);
        }
      }),
    );
  });
});

describe("the cloud's prompt", () => {
  it("holds no word and no picture of a private turn", () => {
    const history = [
      pastOf({
        engine: "local",
        question: "Is Anna smiling?",
        answer: "A woman smiles.",
        jpeg: jpegOf("anna"),
        facts: "Detector: person.",
      }),
      pastOf({ engine: "describer", question: "Anyone there?", answer: "Two people." }),
    ];
    const text = flat(cloudPrompt(turnOf("Tell me a joke.", { history }), undefined));
    expect(text.slice(text.indexOf("<user>"))).not.toMatch(/Anna|woman|people|person|Detector|\[/);
    expect(text).toContain("Tell me a joke.");
  });

  it("carries at most four past pictures, always the latest, and lets go of them all at once", () => {
    const history: PastTurn[] = [];
    const pictures: number[] = [];
    const changed: boolean[] = [];
    let before = "";
    for (let turn = 0; turn < 10; turn++) {
      const text = flat(cloudPrompt(turnOf("And now?", { history }), undefined));
      changed.push(!text.startsWith(before.replace(/And now\?$/, "")));
      pictures.push(text.split("[").length - 1);
      before = text;
      history.push(pastOf({ engine: "cloud", question: `${turn}?`, clear: clear ?? null }));
    }
    expect(pictures).toEqual([0, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
    expect(changed.filter(Boolean)).toHaveLength(2);
    expect(before).toMatch(/8\?<assistant>A cup\.<user>And now\?$/);
  });

  it("keeps the clear pictures and answers of its own turns", () => {
    const history = [pastOf({ engine: "cloud", answer: "A red cup.", clear: clear ?? null })];
    const text = flat(cloudPrompt(turnOf("And now?", { history }), undefined));
    expect(text).toContain(`[${frame.gated.sha256}]`);
    expect(text).toContain("A red cup.");
  });
});

describe("a picture turn", () => {
  it("is picture, constant note, then facts and question", () => {
    const [, user] = localPrompt(turnOf("What is this?"), {
      picture: jpegOf("x"),
      facts: "Detector: cup.",
    }).messages;
    const parts = user?.role === "user" ? user.parts : [];
    expect(parts.map(({ type }) => type)).toEqual(["picture", "text", "text"]);
    expect(parts[2]).toEqual({ type: "text", text: "Detector: cup.\nWhat is this?" });
  });

  it("goes to the describer as a sighting without pixels", () => {
    const sighting = { verdict: verdictOf(frame), width: 10, height: 10, hint: null };
    expect(describerPrompt(turnOf("What is this?"), sighting).messages).toEqual([
      {
        role: "user",
        parts: [
          { type: "picture", picture: sighting },
          { type: "text", text: "What is this?" },
        ],
      },
    ]);
  });
});
