import type { BrowserVoice, SpeechBrowser, SpokenText } from "../../web/speech-out.ts";

/** A browser's speech without sound, that ends as browsers do: a cancelled sentence with an error, later. */
export interface FakeSpeech {
  readonly browser: SpeechBrowser;
  /** What is spoken or waits for it. */
  readonly spoken: () => readonly string[];
  /** How many sentences have ended with an error. */
  readonly errors: () => number;
  /** The first sentence has ended. */
  end(): void;
  /** Speaks no more, and tells nobody. */
  fallSilent(): void;
}

const VOICES = [
  { name: "away", lang: "en-US", localService: false, default: true },
  { name: "here", lang: "en-US", localService: true, default: false },
];

export function createFakeSpeech(): FakeSpeech {
  let queue: readonly SpokenText[] = [];
  let errors = 0;
  return {
    spoken: () => queue.map(({ text, voice, rate }) => `${text} by ${voice?.name ?? "nobody"} at ${rate}`),
    errors: () => errors,
    end() {
      const [first, ...rest] = queue;
      queue = rest;
      first?.dispatchEvent(new Event("end"));
    },
    fallSilent: () => void (queue = []),
    browser: {
      SpeechSynthesisUtterance: FakeText,
      speechSynthesis: {
        getVoices: () => VOICES,
        speak: (utterance) => void (queue = [...queue, utterance]),
        cancel() {
          const cancelled = queue;
          queue = [];
          setTimeout(() => {
            for (const utterance of cancelled) {
              errors += 1;
              utterance.dispatchEvent(new Event("error"));
            }
          });
        },
        get speaking() {
          return queue.length > 0;
        },
        get pending() {
          return queue.length > 1;
        },
      },
    },
  };
}

class FakeText extends EventTarget implements SpokenText {
  readonly text: string;
  lang = "";
  rate = 1;
  voice: BrowserVoice | null = null;

  constructor(text: string) {
    super();
    this.text = text;
  }
}
