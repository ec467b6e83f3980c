import { createResampler } from "../orchestrator/lib/resample.ts";
import { createStretcher } from "../orchestrator/lib/stretch.ts";
import type { Voice } from "../orchestrator/speech/speech.ts";
import { createVoice } from "../orchestrator/speech/voice.ts";
import { synthesise } from "../test/standins/speech/synthesise.ts";
import type { VoiceBehaviour } from "../test/standins/tts/behaviour.ts";
import { startElevenlabs } from "../test/standins/tts/elevenlabs.ts";
import { hear, service } from "../test/standins/tts/hear.ts";
import { startOpenaiVoice } from "../test/standins/tts/openai-voice.ts";
import { codedSound } from "../test/standins/tts/sound.ts";
import { type Bench, type BenchRow, quantile, runDirectly } from "./benchmark.ts";

const TEXT = "There are two people, one at eleven and the other at two.";
const TRIALS = 60;
const WARM_UP = 5;
const STALLS = 12;

/** What the voice adds to a service's own time, and how long a failover is heard. */
export const run: Bench = async () => {
  const makeSound = codedSound([...new Set(TEXT.split(" "))]);
  const elevenlabs = await startElevenlabs({ makeSound });
  const openai = await startOpenaiVoice({ makeSound });
  const services = {
    elevenlabs: service("elevenlabs", { url: elevenlabs.url }),
    openai: service("openai", { url: openai.url }),
    espeak: service("espeak"),
  };
  try {
    const rows: BenchRow[] = [];
    for (const [name, targetMs] of [
      ["elevenlabs", 15],
      ["openai", 15],
      ["espeak", 100],
    ] as const) {
      rows.push(firstAudioRow(name, targetMs, await firstAudio(await voiceOf([services[name]]))));
    }
    const hangs: number[] = [];
    const stalls: number[] = [];
    for (let trial = 0; trial < STALLS; trial++) {
      elevenlabs.next({ fault: { type: "hang" } });
      hangs.push((await failover([services.elevenlabs, services.espeak])).firstAudioMs);
      const stall: VoiceBehaviour = { fault: { type: "stall", atByte: 6000 + trial * 2500 }, speed: 1.5 };
      elevenlabs.next(stall);
      stalls.push((await failover([services.elevenlabs, services.espeak])).gapMs);
    }
    return {
      name: "tts-first-audio",
      title: "The voice: time to first audio, and failover",
      rows: [
        ...rows,
        {
          what: `service says nothing: text to first audio of the next one (espeak-ng), ${STALLS} speeches`,
          target: "≤ 1000 ms",
          measured: `p50 ${ms(hangs, 0.5)}, max ${ms(hangs, 1)}`,
          met: Math.max(...hangs) <= 1000,
        },
        {
          what: `service stalls in mid-clause: silence in the ear until the next one goes on, ${STALLS} places`,
          target: "≤ 1000 ms",
          measured: `p50 ${ms(stalls, 0.5)}, max ${ms(stalls, 1)}`,
          met: Math.max(...stalls) <= 1000,
        },
        ...(await costRows()),
      ],
      notes: [
        `First audio: a whole text is given to \`speak\`; the time runs until its first sound is handed on. The servers are stand-ins on this machine that answer at once, so what is measured is ours: splitting, request, checks, trimming. espeak-ng is a process for each text, and its own synthesis is in the figure.`,
        "A stall: sound comes at 1.5 times real time and stops within a clause, at another byte each time; the ear plays what it gets and queues 150 ms. The stall counts as one when nothing has come for 500 ms and the ear has been without sound for 250 ms.",
      ],
    };
  } finally {
    await Promise.all([elevenlabs.close(), openai.close()]);
  }
};

async function voiceOf(services: Parameters<typeof createVoice>[0]): Promise<Voice> {
  const voice = await createVoice(services, { probeAfterMs: 600_000 });
  if (voice === undefined) throw new Error("espeak-ng is not there");
  return voice;
}

async function firstAudio(voice: Voice): Promise<readonly number[]> {
  const times: number[] = [];
  try {
    for (let trial = 0; trial < WARM_UP + TRIALS; trial++) {
      const stop = new AbortController();
      const heard = await hear(voice, TEXT, { signal: stop.signal, onAudio: () => stop.abort() });
      if (trial >= WARM_UP) times.push(heard.firstAudioMs);
    }
  } finally {
    await voice.close();
  }
  return times;
}

async function failover(services: Parameters<typeof createVoice>[0]): ReturnType<typeof hear> {
  const voice = await voiceOf(services);
  try {
    return await hear(voice, TEXT, { queueMs: 150 });
  } finally {
    await voice.close();
  }
}

function firstAudioRow(name: string, targetMs: number, times: readonly number[]): BenchRow {
  return {
    what: `${name}: text to first audio, ${times.length} speeches`,
    target: `p50 ≤ ${targetMs} ms`,
    measured: `p50 ${ms(times, 0.5)}, p95 ${ms(times, 0.95)}`,
    met: quantile(times, 0.5) <= targetMs,
  };
}

/** Time on one core for a second of speech. */
async function costRows(): Promise<readonly BenchRow[]> {
  const { samples } = await synthesise(TEXT.repeat(3));
  const cost = (work: (piece: Int16Array) => void): number => {
    const startedAt = performance.now();
    for (let at = 0; at < samples.length; at += 320) work(samples.subarray(at, at + 320));
    return (performance.now() - startedAt) / (samples.length / 16_000);
  };
  const resampler = createResampler(16_000, 24_000);
  const stretcher = createStretcher(2, 16_000);
  const figures = [
    ["changing the sample rate", cost((piece) => resampler.push(piece))],
    ["speaking twice as fast as the service can", cost((piece) => stretcher.push(piece))],
  ] as const;
  return figures.map(([what, costMs]) => ({
    what: `${what}: work for a second of sound`,
    target: "stated",
    measured: `${costMs.toFixed(1)} ms`,
    met: null,
  }));
}

function ms(values: readonly number[], q: number): string {
  return `${Math.round(quantile(values, q))} ms`;
}

await runDirectly(import.meta.url, run);
