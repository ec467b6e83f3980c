import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAnswerText } from "../../../inference/simulator/answer-text.ts";
import { describeRequest } from "../../../inference/simulator/answer.ts";
import { toName } from "../../../inference/simulator/colour.ts";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { ask, jpegUrl } from "../../../scripts/contract-vllm-wire.ts";

describe("describeRequest", () => {
  it.each([
    [{ question: "", pictures: [] }, "Simulator: I was sent 0 words and no picture."],
    [
      { question: "Well?", pictures: [{ width: 3, height: 2 }] },
      "Simulator: I was sent 1 picture (3×2) and 1 word.",
    ],
    [
      {
        question: "What is it?",
        pictures: [
          { width: 3, height: 2 },
          { width: 8, height: 9 },
        ],
      },
      "Simulator: I was sent 2 pictures (3×2, 8×9) and 3 words.",
    ],
  ])("%o", (asked, said) => {
    expect(describeRequest(asked)).toBe(said);
  });
});

describe("the colour question", () => {
  const colours = [
    [{ r: 220, g: 20, b: 20 }, "Red"],
    [{ r: 20, g: 160, b: 40 }, "Green"],
    [{ r: 20, g: 40, b: 220 }, "Blue"],
    [{ r: 240, g: 220, b: 20 }, "Yellow"],
    [{ r: 250, g: 250, b: 250 }, "White"],
    [{ r: 10, g: 10, b: 10 }, "Black"],
    [{ r: 128, g: 128, b: 128 }, "Grey"],
    [{ r: 250, g: 140, b: 20 }, "Orange"],
    [{ r: 110, g: 60, b: 20 }, "Brown"],
    [{ r: 130, g: 30, b: 220 }, "Purple"],
  ] as const;

  it("is answered from the pixels, by uuid as well; wrong pixels give a wrong answer", async () => {
    const simulator = await startSimulator();
    const say = async (url: string | null, uuid: string, fault = "none") => {
      const content = [
        { type: "image_url", image_url: url && { url }, uuid },
        { type: "text", text: "What colour is this picture? Answer in one word." },
      ];
      const body = { model: "vision", messages: [{ role: "user", content }] };
      const answer = await ask(simulator.url, { body, headers: { "x-simulator-fault": fault } });
      return /"content":"(\w+)"/.exec(answer.text)?.[1];
    };
    for (const [colour, name] of colours) {
      expect(await say(await jpegUrl(64, 64, colour), name)).toBe(name);
      expect(await say(null, name)).toBe(name);
      expect(await say(null, name, "wrong-pixels")).not.toBe(name);
    }
    await simulator.close();
  });

  it("has a word for every colour", () => {
    const channel = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(channel, channel, channel, (r, g, b) => {
        expect(toName(r, g, b)).toMatch(/^[A-Z][a-z]+$/);
      }),
    );
  });
});

describe("createAnswerText", () => {
  const stop = fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom("a", "b", "c") });
  const chunks = fc.array(fc.string({ maxLength: 4, unit: fc.constantFrom("a", "b", "c") }), {
    minLength: 1,
  });

  it("gives the text up to the first stop string, however it is cut into tokens", () => {
    fc.assert(
      fc.property(chunks, fc.array(stop, { maxLength: 3 }), fc.boolean(), (parts, stops, keep) => {
        const whole = parts.join("");
        const text = createAnswerText(stops, keep);
        let sent = "";
        let found: string | undefined;
        for (const [index, part] of parts.entries()) {
          const step = text.push(part, index === parts.length - 1);
          sent += step.text;
          found = step.stoppedBy;
          if (found !== undefined) break;
        }
        const isThere = stops.some((one) => whole.includes(one));
        expect(found !== undefined).toBe(isThere);
        if (found === undefined) expect(sent).toBe(whole);
        else {
          expect(whole.startsWith(sent)).toBe(true);
          const shown = keep ? sent.slice(0, sent.length - found.length) : sent;
          expect(whole.startsWith(shown + found)).toBe(true);
          for (const one of stops) expect(shown).not.toContain(one);
        }
      }),
    );
  });

  it("holds back only what a stop string could still need", () => {
    const text = createAnswerText(["END"], false);
    expect(text.push("Hello", false).text).toBe("Hel");
    expect(text.push(" E", false).text).toBe("lo");
    expect(text.push("ND", false)).toEqual({ text: " ", stoppedBy: "END" });
  });
});
