import type { Ear, Heard, ListenContext, SpeechPlace } from "../../../orchestrator/speech/speech.ts";

/** What a recogniser will say once so many samples have been received. */
export interface Script {
  readonly atSample: number;
  readonly heard: Heard;
}

/** An ear that says what the script says, by the audio that it received. */
export interface FakeEar extends Ear {
  say(script: Script): void;
  /** Somebody else hears from now on, or nobody. */
  move(place: SpeechPlace | null): void;
  received(): number;
  /** Calls that listen now. */
  listening(): number;
}

export function createFakeEar(): FakeEar {
  let script: Script[] = [];
  let received = 0;
  let listening = 0;
  let place: SpeechPlace | null = { name: "fake-ear", host: "this machine" };
  const contexts = new Set<ListenContext>();
  return {
    place: () => place,
    move(next) {
      place = next;
      for (const context of contexts) context.onPlace?.(next);
    },
    say(entry) {
      script = [...script, entry].sort((a, b) => a.atSample - b.atSample);
    },
    received: () => received,
    listening: () => listening,
    async *listen(audio, context) {
      const { signal } = context;
      listening += 1;
      contexts.add(context);
      context.onPlace?.(place);
      try {
        for await (const { samples } of audio) {
          if (signal.aborted) return;
          received += samples.length;
          while (script[0] && script[0].atSample <= received) yield script.shift()!.heard;
        }
      } finally {
        listening -= 1;
        contexts.delete(context);
      }
    },
  };
}
