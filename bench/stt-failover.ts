import { createEar } from "../orchestrator/speech/ear.ts";
import { audioOf, callEar, type HeardCall } from "../test/standins/stt/call-ear.ts";
import { serviceConfig, startService } from "../test/standins/stt/services.ts";
import type { ConnectionFault } from "../test/standins/stt/socket-server.ts";
import { toneSpeech } from "../test/standins/stt/tones.ts";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";

const WORDS = "what is in front of me there a red cup on the table and two people near door";
const CALLS = 20;
const AT_MS = 900;
/** Delay of the stand-ins' finals after the end of speech. */
const FINAL_MS = 100;

/** A recogniser's connection fails in mid-utterance: which words are lost, and how long nothing is heard. */
export const run: Bench = async () => {
  const reset = await hear({ first: { cutAfterMs: AT_MS } });
  const halfOpen = await hear({ first: { halfOpenAfterMs: AT_MS } });
  const replaced = await hear({ first: { cutAfterMs: AT_MS }, afterwards: { refuse: 502 } });
  const row = (what: string, calls: readonly HeardCall[], limitMs: number) => {
    const gaps = calls.map(gapMs);
    const right = calls.filter(({ text }) => text === WORDS).length;
    return {
      what,
      target: `every word once, ≤ ${limitMs / 1000} s`,
      measured: `${right} of ${calls.length} calls, p50 ${quantile(gaps, 0.5).toFixed(0)} ms, p95 ${quantile(gaps, 0.95).toFixed(0)} ms`,
      met: right === calls.length && quantile(gaps, 0.95) <= limitMs,
    };
  };
  return {
    name: "stt-failover",
    title: "Speech recogniser lost in mid-utterance",
    rows: [
      row("socket reset: the same service again", reset, 1000),
      row("half-open: noticed and replaced", halfOpen, 2500),
      row("socket reset, service down: the next one", replaced, 1000),
    ],
    notes: [
      `${CALLS} calls at once for each row, ${WORDS.split(" ").length} words of 250 ms in real time, Deepgram's and AssemblyAI's protocols by stand-ins that read the words out of the audio. The time is from the fault to the next words.`,
    ],
  };
};

/** Calls whose first connection has the fault, and whose first service has another one afterwards. */
async function hear(faults: {
  readonly first: ConnectionFault;
  readonly afterwards?: ConnectionFault;
}): Promise<readonly HeardCall[]> {
  const first = await startService("deepgram", { finalMs: FINAL_MS });
  const second = await startService("assemblyai", { finalMs: FINAL_MS });
  try {
    first.next(...Array.from({ length: CALLS }, () => faults.first));
    first.always(faults.afterwards ?? {});
    const configs = [serviceConfig("deepgram", first.url), serviceConfig("assemblyai", second.url)];
    const audio = audioOf(300, toneSpeech(WORDS).pcm, 800);
    return await Promise.all(
      Array.from({ length: CALLS }, async () => {
        const ear = createEar(faults.afterwards === undefined ? configs.slice(0, 1) : configs, {
          language: "en",
        });
        if (ear === undefined) throw new Error("no services");
        return callEar(ear, audio);
      }),
    );
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
}

/** From the fault to the first words after it. */
function gapMs({ events }: HeardCall): number {
  return (events.find(({ atMs }) => atMs > AT_MS + SETTLE_MS)?.atMs ?? Infinity) - AT_MS;
}

/** What was under way at the fault arrives within it. */
const SETTLE_MS = 30;

await runDirectly(import.meta.url, run);
