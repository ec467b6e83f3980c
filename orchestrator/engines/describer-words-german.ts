import type { Side } from "../turn/clock.ts";
import { germanList } from "../turn/words-german.ts";
import { capitalised } from "../turn/words.ts";
import type { DescriberWords } from "./describer-words.ts";

const SIDES: Readonly<Record<Side, string>> = { left: "links", ahead: "geradeaus", right: "rechts" };

export const DESCRIBER_GERMAN: DescriberWords = {
  noPicture: "Das kann ich nicht beantworten: Ich kann nur benennen, was ich auf einem Bild erkenne.",
  gateDown: "Dieses Bild kann ich mir nicht ansehen: Die Erkennung antwortet nicht.",
  nothing: "ich erkenne nichts, was ich benennen kann",
  noPeople: "ich erkenne keine Personen, kann aber welche übersehen",
  possiblyPerson: "möglicherweise eine Person",
  personBefore: "gerade eben war noch eine Person im Bild",
  onSide: (named, side) => `${SIDES[side]} ${named}`,
  probably: (thing) => `wahrscheinlich ${thing}`,
  noThing: (none) => `ich erkenne ${none}, kann aber etwas übersehen`,
  present: (found) => `ja, ${found}`,
  instead: (denial, scene) => `${denial}. ${capitalised(scene)}`,
  limit(safety, scene) {
    const limit = `${safety ? "Gefahren kann ich nicht beurteilen, " : ""}ich kann nur benennen, was ich erkenne`;
    return scene === "" ? `${limit}, und das ist hier nichts` : `${limit}: ${scene}`;
  },
  listed: germanList,
};
