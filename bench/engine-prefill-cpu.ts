import { startTinyVllm } from "../scripts/tiny-vllm.ts";
import { type Bench, machine, runDirectly } from "./benchmark.ts";
import { takePictures } from "./prefill/bench-engine.ts";
import { ratioRow, seriesOf, shareRow, statedRow } from "./prefill/figures.ts";
import { type Calls, COLD, PREFILLED, RESENT, talk, waysFor } from "./prefill/real-engine.ts";

/** What prefill ahead gains on a real vLLM that this machine's CPU can carry: as a ratio, in one run. */

const QUESTIONS = 8;
/** Calls of each way, in turns, so that what else this machine does meets all of them. */
const ROUNDS = 3;
/** From the start of speech to the question. */
const SPEECH_MS = 1800;

export const run: Bench = async () => {
  const pictures = await takePictures(QUESTIONS);
  const engine = await startTinyVllm();
  try {
    const { possible } = await waysFor(engine, [COLD, PREFILLED, RESENT], QUESTIONS);
    // The first pictures that a server sees cost it more than all later ones.
    await talk(engine, COLD, { pictures, paces: [SPEECH_MS] });
    const measured = possible.map(({ name }): [string, Calls[number][]] => [name, []]);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [nth, way] of possible.entries()) {
        measured[nth]?.[1].push(...(await talk(engine, way, { pictures, paces: [SPEECH_MS] })));
      }
    }
    const [cold = [], prefilled = []] = measured.map(([, calls]) => calls);
    return {
      name: "engine-prefill-cpu",
      title: "Prefill ahead on a real vLLM on a CPU",
      rows: [
        ratioRow(cold, prefilled),
        shareRow(PREFILLED.name, prefilled),
        ...measured.map(([name, calls]) => statedRow(name, calls)),
      ],
      series: measured.map(([name, calls]) => seriesOf(name, calls)),
      notes: [
        `${QUESTIONS} questions about as many pictures of 640×480 in a growing call, ${ROUNDS} calls of each way by turns, through the memory, the prefill ahead and the engine client of our calls; vLLM 0.32.0 with a tiny random Qwen2-VL on ${machine()}, which the client shares: **the ratio counts, not the times**. Prefilled: from ${SPEECH_MS} ms before the question. Cold: the picture comes with its question. Resent: no prefill, no ids, every picture as bytes each time. On a CPU a block of the prefix cache has 32 tokens, and this model's tokenizer makes twice as many of a text as Qwen's.`,
      ],
    };
  } finally {
    await engine.close();
  }
};

await runDirectly(import.meta.url, run);
