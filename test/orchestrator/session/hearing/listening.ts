import { vi } from "vitest";
import { createListener, type Listener } from "../../../../orchestrator/session/hearing/listener.ts";
import {
  createSilenceClock,
  type SilenceClock,
} from "../../../../orchestrator/session/hearing/silence-clock.ts";

const FRAME_MS = 20;
export const LOUD = new Int16Array(320).fill(3000);
export const QUIET = new Int16Array(320);

/** A listener under a clock that the test moves, and all that it said. */
export function startListening(
  options: { mayEnd?: () => boolean; onWords?: (text: string, final: boolean) => "keep" | "drop" } = {},
) {
  const said: string[] = [];
  const clock: SilenceClock = createSilenceClock();
  const listener: Listener = createListener({
    clock,
    endpointSilenceMs: 500,
    now: () => performance.now(),
    handlers: {
      onSpeechStart: () => void said.push("speech"),
      onPause: () => {},
      onGoesOn: () => void said.push("goes on"),
      onNoWords: () => void said.push("no words"),
      onWords: (text, final) => options.onWords?.(text, final) ?? "keep",
      onQuestion: (text) => void said.push(`perhaps: ${text}`),
      onEnd: (text) => void said.push(`end: ${text}`),
      mayEnd: options.mayEnd ?? (() => true),
    },
  });
  let lagging = false;
  const feed = (samples: Int16Array, ms: number, speech: boolean): void => {
    for (let at = 0; at < ms; at += FRAME_MS) {
      vi.advanceTimersByTime(FRAME_MS);
      clock.push(samples, performance.now(), speech);
      if (!lagging) listener.vad.onWindow(speech, clock.received());
      listener.tick();
    }
  };
  return {
    said,
    listener,
    feed,
    /** The model does not keep up, or does again. */
    lag: (behind: boolean): void => {
      lagging = behind;
    },
    speak: (ms: number): void => {
      feed(LOUD, Math.min(ms, 60), true);
      if (!lagging) listener.vad.onStart();
      feed(LOUD, Math.max(0, ms - 60), true);
    },
    /** Silence; the model sees the end of speech after 150 ms of it. */
    hush: (ms: number, speechMs?: number): void => {
      if (speechMs === undefined) return feed(QUIET, ms, false);
      feed(QUIET, 160, false);
      listener.vad.onEnd(speechMs);
      feed(QUIET, ms - 160, false);
    },
    final: (text: string) => listener.onHeard({ type: "final", text, confidence: null }),
    interim: (text: string) => listener.onHeard({ type: "interim", text, confidence: null }),
  };
}
