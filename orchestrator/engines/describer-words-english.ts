import { listed } from "../turn/words.ts";
import type { DescriberWords } from "./describer-words.ts";

export const DESCRIBER_ENGLISH: DescriberWords = {
  noPicture: "I can't answer that: I can only name what I detect in a picture.",
  gateDown: "I can't look at this picture: the detector is not answering.",
  nothing: "I detect nothing I can name",
  noPeople: "I detect no people, but I can miss some",
  possiblyPerson: "possibly a person",
  personBefore: "a person was in view a moment ago",
  onSide: (named, side) => `${named} ${side === "ahead" ? side : `on the ${side}`}`,
  probably: (thing) => `probably ${thing}`,
  noThing: (none) => `I detect ${none}, but I can miss things`,
  present: (found) => `yes, ${found}`,
  instead: (denial, scene) => `${denial}. I detect ${scene}`,
  limit(safety, scene) {
    const limit = `${safety ? "I can't judge safety, " : ""}I can only name what I detect`;
    return scene === "" ? `${limit}, and here that is nothing` : `${limit}: ${scene}`;
  },
  listed,
};
