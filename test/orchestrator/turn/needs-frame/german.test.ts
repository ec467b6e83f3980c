import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { needsFrame } from "../../../../orchestrator/turn/needs-frame.ts";
import { pictureTurn, wordsTurn } from "../question-lists.ts";

const SEEING = `Was ist vor mir?|Was siehst du?|Wer steht vor mir?|Ist da jemand?|Was liegt auf dem Tisch?|Welche Farbe hat mein Hemd?|Ist das Licht an?|Beschreib mir den Raum.|Was halte ich in der Hand?|Wo ist die Tür?|Wo sind meine Schlüssel?|Ist die Tür offen?|Wie viele Leute sind hier?|Kannst du mir das vorlesen?|Was steht auf dem Schild?|Lies den Brief.|Was kostet das?|Ist die Milch noch haltbar?|Was ist auf dem Bildschirm?|Passt die Krawatte zum Hemd?|Bin ich richtig angezogen?|Kann ich über die Straße gehen?|Ist die Ampel grün?|Was ist das?|Was sind das?|Was ist los?|Und links?|Hat der Hund sein Futter gefressen?|Welcher Bus kommt da?|Sehe ich gut aus?|Ist der Stuhl frei?|Ich suche meine Brille.|Wie spät ist es auf der Uhr da vorne?|Warum blinkt das hier?|Sind noch Eier im Kühlschrank?|Danke. Und was ist rechts?|Ich habe etwas gehört, was war das?`;

const TALKING = `Danke|Vielen Dank!|Guten Morgen|Hallo, wie geht es dir?|Erzähl mir einen Witz.|Erzähl mir bitte einen kurzen Witz.|Wer war Louis Braille?|Wer hat das Telefon erfunden?|Was ist die Hauptstadt von Frankreich?|Wie viel ist 17 mal 3?|Wie spät ist es?|Welcher Wochentag ist heute?|Stell einen Timer auf zehn Minuten.|Erinnere mich an die Tabletten.|Übersetze Haus ins Englische.|Wie sagt man Danke auf Spanisch?|Wie wird das Wetter morgen?|Warum ist der Himmel blau?|Wie funktioniert ein Kühlschrank?|Wann wurde Berlin gegründet?|Wer bist du?|Wie heißt du?|Was kannst du?|Sprich langsamer.|Spiel Musik.|Ruf Anna an.|Ich bin müde.|Ja, genau.|Was bedeutet Photosynthese?|Was ist ein Quark?`;

describe("German questions", () => {
  it.each(SEEING.split("|"))("%s needs the camera", (question) => {
    expect(needsFrame(question, [], "de")).toMatchObject({ value: true });
  });

  it.each(TALKING.split("|"))("%s does not", (question) => {
    expect(needsFrame(question, [], "de-AT")).toMatchObject({ value: false, reading: false, screen: false });
  });

  it.each([
    ["Was steht auf dem Etikett?", true, false],
    ["Lies mir die Speisekarte vor.", true, false],
    ["Was ist auf dem Bildschirm?", false, true],
    ["Wo muss ich klicken?", false, true],
    ["Wie lautet die Fehlermeldung?", false, true],
    ["Ist da jemand?", false, false],
  ])("%s: reading %s, screen %s", (question, reading, screen) => {
    expect(needsFrame(question, [], "de")).toMatchObject({ value: true, reading, screen });
  });

  it.each(["Mehr", "Erzähl mir mehr darüber.", "Was noch?", "Warum?", "Bist du sicher?"])(
    "%s goes on with what the turn before was about",
    (question) => {
      const of = (turn: string, shown: boolean) =>
        needsFrame(question, [shown ? pictureTurn(turn) : wordsTurn(turn)], "de").value;
      expect(of("Was ist vor mir?", true)).toBe(true);
      expect(of("Was ist vor mir?", false)).toBe(true);
      expect(of("Wer war Louis Braille?", false)).toBe(false);
    },
  );

  it("that no rule rules out are about the surroundings; no text fails", () => {
    expect(needsFrame("Gurkensalat Zebra", [], "de")).toMatchObject({ value: true, reason: "not-ruled-out" });
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(needsFrame(text, [], "de").reason).not.toBe("");
      }),
    );
  });
});
