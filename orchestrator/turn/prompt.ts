import type { ClearPicture } from "./clear-picture.ts";
import { toLanguage } from "./language.ts";
import { PICTURE_NOTE } from "./system-prompt.ts";
import type { Jpeg, Message, Part, PastTurn, Prompt, Sighting, Turn } from "./turn.ts";

/** Stands in cloud prompts where a private turn was: neither its question nor its answer leaves the box. */
const PRIVATE_QUESTION = "(A private question was asked here.)";
const PRIVATE_ANSWER = "(It was answered privately on the device.)";

/**
 * Past pictures that go along in a cloud prompt at most: their bytes (40–90 kB each) are uploaded again
 * with every request.
 */
const CLOUD_PICTURES = 4;

/** What of a frame goes with the question. */
export interface Shown<Picture> {
  readonly picture: Picture;
  /** One line of what the detector found; empty when there is nothing to say. */
  readonly facts: string;
}

/** Everything said so far; pictures of local turns stay attached, cloud turns are text here. */
export function localPrompt(turn: Turn, shown: Shown<Jpeg> | undefined): Prompt<Jpeg> {
  return build(turn, shown, (past) => [
    userMessage(asked(past), past.jpeg ? { picture: past.jpeg, facts: past.facts } : undefined),
    { role: "assistant", text: past.answer },
  ]);
}

/** Nothing private: local and described turns are placeholders, and only clear pictures fit the type. */
export function cloudPrompt(turn: Turn, shown: Shown<ClearPicture> | undefined): Prompt<ClearPicture> {
  const letGo = letGoInCloud(turn.history);
  return build(turn, shown, (past) =>
    past.engine === "cloud"
      ? [
          userMessage(
            asked(past),
            past.clear && !letGo.has(past) ? { picture: past.clear, facts: past.facts } : undefined,
          ),
          { role: "assistant", text: past.answer },
        ]
      : [userMessage(PRIVATE_QUESTION, undefined), { role: "assistant", text: PRIVATE_ANSWER }],
  );
}

/**
 * Past turns whose pictures give way to the answers that describe them: all but the latest, whenever
 * there are too many, so that the prompt only grows in between.
 */
function letGoInCloud(history: readonly PastTurn[]): ReadonlySet<PastTurn> {
  const withPicture = history.filter(({ engine, clear }) => engine === "cloud" && clear);
  const step = CLOUD_PICTURES - 1;
  const count = Math.floor(Math.max(0, withPicture.length - 1) / step) * step;
  return new Set(withPicture.slice(0, count));
}

/** The describer needs no past: what it sees, and the question. */
export function describerPrompt(turn: Turn, sighting: Sighting): Prompt<Sighting> {
  return {
    conversationId: turn.conversationId,
    language: toLanguage(turn.settings.language),
    messages: [
      {
        role: "user",
        parts: [
          { type: "picture", picture: sighting },
          { type: "text", text: turn.question },
        ],
      },
    ],
    maxTokens: turn.settings.maxTokens,
  };
}

/**
 * System text, the past, this turn: each prompt extends the one before it byte for byte, so that the
 * engine's prefix cache holds. Turns that only got a notice are not part of the past.
 */
function build<Picture>(
  turn: Turn,
  shown: Shown<Picture> | undefined,
  toMessages: (past: PastTurn) => readonly Message<Picture>[],
): Prompt<Picture> {
  const past = turn.history.filter((past) => past.engine !== "none").flatMap(toMessages);
  return {
    conversationId: turn.conversationId,
    messages: joinUsers<Picture>([
      { role: "system", text: turn.settings.systemPrompt },
      ...past,
      userMessage(asked(turn), shown),
    ]),
    maxTokens: turn.settings.maxTokens,
  };
}

/** The question and, behind it, the note that is part of its turn for good. */
function asked({ question, note }: Pick<PastTurn, "question" | "note">): string {
  return note ? `${question}\n${note}` : question;
}

/** Picture first, then a constant text that fills the block the picture ends in, then what changes. */
function userMessage<Picture>(text: string, shown: Shown<Picture> | undefined): Message<Picture> {
  if (!shown) return { role: "user", parts: [{ type: "text", text }] };
  const withFacts = shown.facts === "" ? text : `${shown.facts}\n${text}`;
  return {
    role: "user",
    parts: [
      { type: "picture", picture: shown.picture },
      { type: "text", text: PICTURE_NOTE },
      { type: "text", text: withFacts },
    ],
  };
}

/** A turn of which nothing was heard leaves no answer; its question joins the next one, so roles alternate. */
function joinUsers<Picture>(messages: readonly Message<Picture>[]): readonly Message<Picture>[] {
  const joined: Message<Picture>[] = [];
  for (const message of messages) {
    if (message.role === "assistant" && message.text === "") continue;
    const last = joined.at(-1);
    if (message.role === "user" && last?.role === "user") {
      const parts: readonly Part<Picture>[] = [...last.parts, { type: "text", text: "\n" }, ...message.parts];
      joined[joined.length - 1] = { role: "user", parts };
    } else {
      joined.push(message);
    }
  }
  return joined;
}
