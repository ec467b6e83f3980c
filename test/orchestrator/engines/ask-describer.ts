import { createDescriber } from "../../../orchestrator/engines/describer.ts";
import type { Sighting, TurnContext } from "../../../orchestrator/turn/turn.ts";

const describer = createDescriber({ fieldOfViewDeg: 65 });

/** What the describer says of a sighting, in a language. */
export async function askDescriber(
  sighting: Sighting | undefined,
  question: string,
  language: string,
): Promise<string> {
  const picture = sighting === undefined ? [] : [{ type: "picture" as const, picture: sighting }];
  const prompt = {
    conversationId: "c",
    language,
    messages: [{ role: "user" as const, parts: [...picture, { type: "text" as const, text: question }] }],
    maxTokens: 100,
  };
  let answer = "";
  for await (const event of describer.answer(prompt, context())) {
    if (event.type === "text-delta") answer += event.text;
  }
  return answer;
}

function context(): TurnContext {
  return { turnId: "t", signal: new AbortController().signal, now: () => 0, mark() {}, report() {} };
}
