import { wait } from "../../lib/wait.ts";
import type { Live } from "./live.ts";

/** Nothing is to be read into the caller's words: looked at again after this. */
const READING_MS = 50;

/** An answer's text as it is written, from the moment on at which it counts; never into the caller's words. */
export async function* captions(live: Live, speaking: () => boolean): AsyncGenerator<string> {
  for await (const text of live.answer.text.read()) {
    while (speaking() && !live.over) await wait(READING_MS);
    if (live.over) return;
    yield text;
  }
}
