import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refusalState } from "../../../../orchestrator/turn/guards/refusal.ts";

const REFUSALS = `Es tut mir leid, aber ich kann dabei nicht helfen.
Es tut mir leid, dabei kann ich nicht helfen.
Tut mir leid, aber ich kann dir dabei leider nicht helfen.
Leider kann ich Personen auf Bildern nicht identifizieren.
Ich kann Personen auf Fotos leider nicht identifizieren.
Ich kann keine Personen identifizieren.
Ich kann die Person auf dem Bild nicht beschreiben.
Es tut mir leid, ich kann diese Anfrage nicht bearbeiten.
Entschuldigung, ich darf keine Menschen beschreiben.
Ich kann leider keine Bilder analysieren.
Ich kann dieses Bild nicht analysieren.
Ich bin leider nicht in der Lage, Personen zu identifizieren.
Ich bin nur ein Sprachmodell.
Als KI-Modell kann ich keine Bilder sehen.
Aus Datenschutzgründen beschreibe ich keine Gesichter.
Das kann ich leider nicht beantworten.
Ich kann dir nicht sagen, wer das ist.
Meine Richtlinien erlauben das nicht.
Ich muss diese Anfrage leider ablehnen.
Ich kann keine Angaben zu Personen machen.`.split("\n");

const ANSWERS = `Ein Stuhl, ein Uhr, nah.
Ich kann keine Personen erkennen.
Ich sehe niemanden.
Ich kann die Schrift nicht lesen, halte die Kamera ruhig.
Ich kann nicht sagen, ob es sicher ist.
Ich kann den Preis nicht erkennen, das Etikett ist abgeschnitten.
Leider ist das Bild zu dunkel.
Es tut mir leid, das Bild ist verwackelt.
Ich bin nicht sicher, wahrscheinlich eine Tasse.
Die Tür ist offen.
Das Bild zeigt nichts als eine Wand.
Zwei Personen, vor dir.
Als Nächstes kommt eine Stufe.
Aus dem Fenster sieht man Bäume.
Meine Antwort: eine rote Tür.
Das ist ein Brief von der Bank.`.split("\n");

describe("a German answer", () => {
  it.each(REFUSALS)("refuses: %s", (text) => {
    expect(refusalState(text, true)).toBe("refusal");
  });

  it.each(ANSWERS)("answers: %s", (text) => {
    expect(refusalState(text, true)).toBe("no-refusal");
  });

  it("is judged the same however it is cut, and never otherwise later", () => {
    fc.assert(
      fc.property(fc.constantFrom(...REFUSALS, ...ANSWERS), (text) => {
        const states = Array.from(text, (_, index) => refusalState(text.slice(0, index + 1)));
        const first = states.findIndex((state) => state !== "undecided");
        if (first >= 0) {
          expect(new Set(states.slice(first)).size).toBe(1);
          expect(refusalState(text, true)).toBe(states[first]);
        }
      }),
    );
  });

  it.each(["Ein Stuhl", "Zwei Personen", "Die Tür", "Nein, die Tür"])("%s goes on at once", (text) => {
    expect(refusalState(`${text} `)).toBe("no-refusal");
  });
});
