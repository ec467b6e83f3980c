import { setTimeout as wait } from "node:timers/promises";
import type { ProfileName } from "../../inference/simulator/profiles.ts";
import { startSeeingCall } from "../../test/orchestrator/session/seeing-call.ts";
import type { Asked } from "./converse.ts";

/** Spoken questions about what a camera shows, of 0.8 to 4 s. */
const SAYINGS = [
  "What is in front of me?",
  "Can you tell me who is standing there?",
  "What do you see now?",
  "Please describe to me what is on the table in front of me right now.",
] as const;
/** The camera is held on something new for so long before each question. */
const HELD_MS = 1500;
const CHARACTERS_PER_TOKEN = 4;
const ANSWER = "Two people stand at the table by the window.";
const ANSWER_BY_MS = 15_000;

/**
 * One real call over a simulated vLLM: voice activity, strict silence, frame ring, prefill ahead, gate,
 * route and answer are those of the product, ear and voice are stand-ins. In a process of its own.
 */
export async function run(options: {
  readonly profile: ProfileName;
  readonly questions: number;
}): Promise<readonly Asked[]> {
  const call = await startSeeingCall({ simulator: { profile: options.profile, answer: ANSWER } });
  const counted = async (what: string): Promise<number> => call.metric(`sightline_${what}{engine="local"}`);
  const all: Asked[] = [];
  try {
    for (let nth = 0; nth < options.questions; nth++) {
      call.camera.seed = nth + 1;
      await wait(HELD_MS);
      const [prompt, cached] = [
        await counted("prompt_tokens_total"),
        await counted("cached_prompt_tokens_total"),
      ];
      const question = SAYINGS[nth % SAYINGS.length] ?? "";
      await call.caller.say(question);
      const { times } = await call.next("turn", ANSWER_BY_MS);
      await call.next("answer-end", ANSWER_BY_MS);
      all.push({
        ttftMs: times.ttftMs ?? Number.NaN,
        promptTokens: (await counted("prompt_tokens_total")) - prompt,
        cachedTokens: (await counted("cached_prompt_tokens_total")) - cached,
        questionTokens: Math.ceil(question.length / CHARACTERS_PER_TOKEN),
      });
    }
    return all;
  } finally {
    await call.close();
  }
}
