import { refusalState } from "../../orchestrator/turn/guards/refusal.ts";

/** How much of good answers waits for the refusal check, in words and characters. */
export function holdBack(): string {
  const held = ANSWERS.map((answer) => {
    const words = answer.split(/(?<= )/);
    const count = words.findIndex(
      (_word, index) => refusalState(words.slice(0, index + 1).join("")) !== "undecided",
    );
    return { words: count, characters: words.slice(0, count).join("").length };
  });
  const worst = held.toSorted((a, b) => a.characters - b.characters).at(-1);
  const none = held.filter(({ words }) => words === 0).length;
  return `${none} of ${held.length} answers are decided at their first word; the longest wait is ${worst?.words} words (${worst?.characters} characters), at an ITL of 15 ms ${((worst?.words ?? 0) * 15).toFixed(0)} ms. At most the first clause, and never more than 80 characters, is held.`;
}

const ANSWERS = [
  "A chair, one o'clock, near.",
  "Two cups on the table at twelve o'clock.",
  "I can see a dog on a porch.",
  "I can't tell whether the stove is off.",
  "I think it is a cereal box; the label says oats.",
  "Sorry, it's too dark to say.",
  "The label reads: best before May 2027.",
  "It looks like a bus stop.",
  "I'm not sure, probably a remote control.",
  "No, the light is off.",
  "There is a door at eleven o'clock.",
  "As far as I can see, the street is empty.",
];
