import { nameColour } from "./colour.ts";
import type { Faults } from "./faults.ts";
import type { Answer, Ask, Settings } from "./options.ts";
import { hashPiece, hashText } from "./hash.ts";
import type { ImageItem } from "./prompt.ts";
import { createRandom } from "./random.ts";
import { type Piece, tokenize } from "./tokenizer.ts";

const COLOUR_QUESTION = /\bwhat colou?r is this picture\b/i;
const GIBBERISH = ["ordo", "the", "blickt", "¤", "seven", "lamp", "ight", "of", "of", "ß", "::", "quay"];

/** The tokens to answer with, and whether the answer is longer than it has words for. */
export async function chooseAnswer(
  ask: Ask,
  picture: ImageItem | undefined,
  settings: Settings,
  faults: Faults | undefined,
): Promise<readonly Piece[]> {
  if (faults?.has("gibberish")) return tokenize(gibberish(ask));
  const { answer, answerTokens } = settings;
  let chosen: Answer;
  if (answer !== undefined) chosen = typeof answer === "function" ? answer(ask) : answer;
  else if (picture !== undefined && COLOUR_QUESTION.test(ask.question))
    chosen = faults?.has("wrong-pixels") ? await wrongColour(picture) : await nameColour(picture.bytes);
  else chosen = describeRequest(ask);
  const pieces = toPieces(chosen);
  if (answerTokens === undefined || pieces.length === 0) return pieces;
  return Array.from({ length: answerTokens }, (_, index) => pieces[index % pieces.length] as Piece);
}

/** What the simulator says by default: what it is, and what it was sent. */
export function describeRequest(ask: Ask): string {
  const words = ask.question.match(/\S+/g)?.length ?? 0;
  const said = `${words} word${words === 1 ? "" : "s"}`;
  const { pictures } = ask;
  if (pictures.length === 0) return `Simulator: I was sent ${said} and no picture.`;
  const sizes = pictures.map(({ width, height }) => `${width}×${height}`).join(", ");
  return `Simulator: I was sent ${pictures.length} picture${pictures.length === 1 ? "" : "s"} (${sizes}) and ${said}.`;
}

/** A list gives its texts as they are, one token each; an empty one gets its id from its place. */
function toPieces(answer: Answer): readonly Piece[] {
  if (typeof answer === "string") return tokenize(answer);
  return answer.map((text, index) => {
    const [piece, ...more] = tokenize(text);
    if (piece !== undefined && more.length === 0) return piece;
    const named = text === "" ? `held back ${index}` : text;
    return { id: 0x40000 + (hashText(named) % 0x7ff00000), text };
  });
}

/** What a server says that lost the pixels' normalisation: fluent, and wrong. */
async function wrongColour(picture: ImageItem): Promise<string> {
  return (await nameColour(picture.bytes)) === "Blue" ? "Red" : "Blue";
}

function gibberish(ask: Ask): string {
  const random = createRandom(hashPiece(ask.question, 0, ask.question.length));
  return Array.from({ length: 24 }, () => GIBBERISH[Math.floor(random() * GIBBERISH.length)]).join(" ");
}
