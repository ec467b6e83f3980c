import { Refusal } from "../attempt.ts";
import type { EngineEvent } from "../ports.ts";
import { refusalState } from "./refusal.ts";

/**
 * Holds the first clause back until it is clear that it is no refusal.
 *
 * @throws {Refusal} before a word was handed on, when it is one
 */
export async function* guardRefusal(events: AsyncIterable<EngineEvent>): AsyncGenerator<EngineEvent> {
  const held: EngineEvent[] = [];
  let text = "";
  let decided = false;
  for await (const event of events) {
    if (decided) {
      yield event;
      continue;
    }
    held.push(event);
    if (event.type === "text-delta") {
      text += event.text;
      const state = refusalState(text);
      if (state === "refusal") throw new Refusal(text);
      decided = state === "no-refusal";
    } else if (event.type === "finish") {
      if (refusalState(text, true) === "refusal") throw new Refusal(text);
      decided = true;
    }
    if (decided) yield* held.splice(0);
  }
  yield* held;
}
