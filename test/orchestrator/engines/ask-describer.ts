import { createDescriber } from "../../../orchestrator/engines/describer.ts";
import type { Prompt, Sighting } from "../../../orchestrator/turn/turn.ts";
import { contextOf } from "./engine-fixture.ts";

export const describer = createDescriber({ fieldOfViewDeg: 65 });

/** What the describer says of a sighting; without a language, as in a call that names none. */
export async function askDescriber(
  sighting: Sighting | undefined,
  question: string,
  language?: string,
): Promise<string> {
  let answer = "";
  for await (const event of describer.answer(promptOf(sighting, question, language), contextOf())) {
    if (event.type === "text-delta") answer += event.text;
  }
  return answer;
}

/** A question about a sighting, behind a system text that is none of the describer's business. */
export function promptOf(
  sighting: Sighting | undefined,
  question: string,
  language?: string,
): Prompt<Sighting> {
  const picture = sighting === undefined ? [] : [{ type: "picture" as const, picture: sighting }];
  return {
    conversationId: "c",
    ...(language !== undefined && { language }),
    messages: [
      { role: "system", text: "Be brief." },
      { role: "user", parts: [...picture, { type: "text", text: question }] },
    ],
    maxTokens: 100,
  };
}
