import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endsAsking, isBackchannel } from "../../../../orchestrator/session/hearing/backchannel.ts";
import { localCommand } from "../../../../orchestrator/session/commands/commands.ts";

const LISTENING = {
  en: "mhm|Mm-hmm.|uh-huh|Uh huh|hm|hmm|okay|OK.|Okay, okay.|yeah|Yes.|yep|right|sure|I see|Got it.|all right|good|great|oh|Oh wow!|really?|mm|go on|yeah yeah|aha|uh|exactly|makes sense|Mhm, okay.|alright|nice|ah okay|Mmmm.|ohhh|Hmmmm",
  de: "mhm|Hm.|ja|Ja, ja.|genau|okay|aha|ach so|Achso.|gut|alles klar|klar|verstehe|ich verstehe|stimmt|oh|ja genau|jaja|super|prima|äh|weiter|richtig|na gut|wirklich?",
} as const;

const SPEAKING = {
  en: "no|No.|stop|wait|yeah but what about the door|okay what is on the left|yes please|no no|uh-uh|nope|what|right there|is it good|sure about that|go on the left|read it again|thanks|hello|left|okay stop|repeat that||...|one",
  de: "nein|stopp|halt|ja aber was ist links|okay und rechts|warte|was|nee|links|gut lesbar?|hallo|danke|ja bitte|rechts oder links|okay stopp|nochmal",
} as const;

describe.each(["en", "de"] as const)("in %s", (language) => {
  it.each(LISTENING[language].split("|"))("%s lets the answer go on", (text) => {
    expect(isBackchannel(text, language)).toBe(true);
  });

  it.each(SPEAKING[language].split("|"))("%s does not", (text) => {
    expect(isBackchannel(text, language)).toBe(false);
  });

  it("any row of them is one too, and a word of substance ends that", () => {
    const some = fc.array(fc.constantFrom(...LISTENING[language].split("|")), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(some, fc.constantFrom(" ", ", "), (words, gap) => {
        expect(isBackchannel(words.join(gap), language)).toBe(true);
        expect(isBackchannel([...words, "zebra"].join(gap), language)).toBe(false);
      }),
    );
  });

  it("a stop, a hang-up and the like are never one", () => {
    for (const text of LISTENING[language].split("|")) {
      expect(["more", undefined, "repeat"]).toContain(localCommand(text, language)?.command);
    }
  });
});

describe("after a question of ours", () => {
  it.each(["yes", "okay", "mhm", "uh-huh", "sure", "right", "no"])("%s is an answer", (text) => {
    expect(isBackchannel(text, "en", { asked: true })).toBe(false);
  });

  it.each(["hm", "um", "Uh…", "Hmmmm."])("%s is not", (text) => {
    expect(isBackchannel(text, "en", { asked: true })).toBe(true);
  });

  it.each([
    ["Shall I read it?", true],
    ["Is it “red?” ", true],
    ["It says why? On the left.", false],
    ["A cup.", false],
    ["", false],
  ])("%s asks: %s", (heard, asks) => {
    expect(endsAsking(heard)).toBe(asks);
  });
});
