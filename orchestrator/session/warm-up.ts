import { createMetrics } from "../metrics/metrics.ts";
import type { Voice } from "../speech/speech.ts";
import type { Engine } from "../turn/ports.ts";
import type { CallDeps } from "./call-deps.ts";
import type { Call, CallOptions } from "./call.ts";
import { HEARING_RATE } from "./hearing/silence-clock.ts";
import { wait } from "../lib/wait.ts";

/** Longer than a rehearsal takes on a busy machine. */
const LONGEST_MS = 5000;

/**
 * Rehearses a call without a caller, an engine or a service, so that the first real one finds the code
 * compiled and the voice detector loaded.
 */
export async function warmUp(
  deps: CallDeps,
  start: (deps: CallDeps, options: CallOptions) => Promise<Call>,
): Promise<void> {
  const answered = Promise.withResolvers<void>();
  const call = await start(
    {
      ...deps,
      persona: { ...deps.persona, greeting: undefined },
      settings: { ...deps.settings, policy: "local-only", camera: false },
      ports: (camera) => ({ ...deps.ports(camera), local: echo(), cloud: undefined }),
      ear: deps.ear && { place: () => null, listen: nothing },
      voice: hush(),
      ledger: undefined,
      metrics: createMetrics(),
      tracer: undefined,
      log: deps.log.child({}, { level: "silent" }),
    },
    {
      id: "warm-up",
      caller: "warm-up",
      transport: "terminal",
      speaker: { sampleRate: HEARING_RATE, write: async () => {}, queuedMs: () => 0, clear: () => 0 },
      onEvent: ({ type }) => {
        if (type === "answer-end") answered.resolve();
      },
    },
  );
  call.hear({ samples: new Int16Array(HEARING_RATE), sampleRate: HEARING_RATE });
  call.request({ type: "ask", text: "Hello." });
  await Promise.race([answered.promise, wait(LONGEST_MS)]);
  await call.end("shutdown");
}

function echo(): Engine<unknown> {
  return {
    available: () => true,
    async *answer() {
      yield { type: "text-delta", text: "Hello." };
      const usage = { promptTokens: null, cachedTokens: null, completionTokens: null };
      yield { type: "finish", reason: "stop", usage };
    },
  };
}

function hush(): Voice {
  return {
    place: () => null,
    async *speak(text) {
      let said = "";
      for await (const piece of text) said += piece;
      yield {
        type: "audio",
        audio: { samples: new Int16Array(HEARING_RATE / 10), sampleRate: HEARING_RATE },
      };
      yield { type: "words", text: said, startMs: 0, endMs: 100 };
    },
    warm() {},
    close: () => Promise.resolve(),
  };
}

/** Hears nothing in it. */
async function* nothing(audio: AsyncIterable<unknown>): AsyncGenerator<never> {
  for await (const _ of audio) yield* [];
}
