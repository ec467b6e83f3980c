import { toLanguage } from "../turn/language.ts";
import type { Engine, EngineEvent } from "../turn/ports.ts";
import type { Prompt, Sighting } from "../turn/turn.ts";
import { describe } from "./describer-answer.ts";
import { whatIsAsked } from "./describer-question.ts";
import { describerWords } from "./describer-words.ts";

/**
 * The engine that needs nothing but the gate's own detections: it names what was detected and where,
 * and says plainly what it cannot know, in the prompt's language. It answers from the last user message of the prompt, whose
 * last picture and last text are the sighting and the question. Throws `ctx.signal.reason` on abort.
 */
export function createDescriber(options: { readonly fieldOfViewDeg: number }): Engine<Sighting> {
  return {
    available: () => true,
    async *answer(prompt, ctx): AsyncGenerator<EngineEvent> {
      const { sighting, question } = lastAsked(prompt);
      const language = toLanguage(prompt.language);
      const answer =
        sighting === undefined
          ? describerWords(language).noPicture
          : describe(sighting, whatIsAsked(question, language), { ...options, language });
      for (const text of clauses(answer)) {
        ctx.signal.throwIfAborted();
        yield { type: "text-delta", text };
      }
      ctx.signal.throwIfAborted();
      yield {
        type: "finish",
        reason: "stop",
        usage: { promptTokens: null, cachedTokens: null, completionTokens: null },
      };
    },
  };
}

function lastAsked(prompt: Prompt<Sighting>): { sighting: Sighting | undefined; question: string } {
  const message = prompt.messages.findLast((candidate) => candidate.role === "user");
  const parts = message?.role === "user" ? message.parts : [];
  const picture = parts.findLast((part) => part.type === "picture");
  const text = parts.findLast((part) => part.type === "text");
  return { sighting: picture?.picture, question: text?.text ?? "" };
}

/** The answer in the pieces that it is spoken in. */
function clauses(answer: string): readonly string[] {
  return answer.match(/[^,;:.]+[,;:.]*\s*/g) ?? [answer];
}
