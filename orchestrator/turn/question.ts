import { InputError } from "../errors.ts";

/** Longer than anything that is spoken in one breath, and far below the model's context. */
export const MAX_QUESTION_CHARACTERS = 4000;

/**
 * The question as it goes into the turn: trimmed, control characters gone.
 *
 * @throws {InputError} when nothing is left, or it is too long
 */
export function toQuestion(text: string): string {
  const question = text.replace(/\p{Cc}+/gu, " ").trim();
  if (!/[^\p{C}\p{Z}\u2800\u3164\u115f]/u.test(question))
    throw new InputError("the question is empty", "at least one word");
  if (question.length > MAX_QUESTION_CHARACTERS) {
    throw new InputError(
      `the question has ${question.length} characters`,
      `at most ${MAX_QUESTION_CHARACTERS}`,
    );
  }
  return question;
}

/** As `toQuestion`; undefined where that throws. */
export function questionIn(text: string): string | undefined {
  try {
    return toQuestion(text);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
