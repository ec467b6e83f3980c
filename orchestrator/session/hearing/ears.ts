import type { Pcm } from "../../lib/pcm.ts";
import type { Ear, Heard, SpeechPlace } from "../../speech/speech.ts";

/** How a call listens: every word it hears, and who hears it. */
export interface Ears {
  /** Reads the caller's audio until the call ends; yields nothing. */
  listen(audio: AsyncIterable<Pcm>): AsyncGenerator<never>;
  /** Which service gets the caller's audio; null: none can. */
  place(): SpeechPlace | null;
  /** Every service that got audio since it was taken last; the one that gets it now comes first. None: nobody was heard. */
  heardBy(): readonly SpeechPlace[];
  takeHeardBy(): readonly SpeechPlace[];
}

export function createEars(options: {
  readonly ear: Ear | undefined;
  /** Begins the names of the utterances. */
  readonly call: string;
  readonly signal: AbortSignal;
  readonly speaking: () => boolean;
  readonly onHeard: (heard: Heard, segment: string) => void;
  readonly onPlace: (place: SpeechPlace | null) => void;
}): Ears {
  const { ear, call, signal, speaking, onHeard, onPlace } = options;
  let place = ear?.place() ?? null;
  let heardBy: readonly SpeechPlace[] = place ? [place] : [];
  let segment = 0;
  let hasHeard = false;

  async function* noted(audio: AsyncIterable<Pcm>): AsyncGenerator<Pcm> {
    for await (const sound of audio) {
      hasHeard = true;
      yield sound;
    }
  }

  async function* listen(audio: AsyncIterable<Pcm>): AsyncGenerator<never> {
    if (!ear) return yield* [];
    const context = {
      signal,
      speaking,
      onPlace(next: SpeechPlace | null) {
        place = next;
        if (next)
          heardBy = [next, ...heardBy.filter(({ name, host }) => name !== next.name || host !== next.host)];
        if (!signal.aborted) onPlace(next);
      },
    };
    for await (const heard of ear.listen(noted(audio), context)) {
      if (signal.aborted) return;
      onHeard(heard, `${call}-${segment}`);
      if (heard.type === "final") segment += 1;
    }
  }

  const listeners = (): readonly SpeechPlace[] => (hasHeard ? heardBy : []);

  return {
    listen,
    place: () => place,
    heardBy: listeners,
    takeHeardBy() {
      const taken = listeners();
      if (hasHeard) heardBy = place ? [place] : [];
      hasHeard = false;
      return taken;
    },
  };
}
