import type { DeviceVoice, DeviceVoiceOptions } from "./reader.ts";
import { chooseVoice } from "./voices.ts";

/** A voice of the browser. */
export interface BrowserVoice {
  readonly name: string;
  readonly lang: string;
  readonly localService: boolean;
  readonly default: boolean;
}

/** What a browser speaks at once; it ends with `end` or `error`. */
export interface SpokenText extends EventTarget {
  readonly text: string;
  lang: string;
  rate: number;
  voice: BrowserVoice | null;
}

/** The browser's part in speaking. */
export interface SpeechBrowser {
  /** Undefined: it cannot speak. */
  readonly speechSynthesis?: {
    getVoices(): readonly BrowserVoice[];
    speak(text: SpokenText): void;
    cancel(): void;
    readonly speaking: boolean;
    readonly pending: boolean;
  };
  readonly SpeechSynthesisUtterance: new (text: string) => SpokenText;
}

/** How often a voice is looked at: some browsers forget to tell that it has ended. */
const LOOK_MS = 500;
/** It is over when it was found silent so many times. */
const SILENT_LOOKS = 2;
/** What a voice takes at most for a sentence: the start, and a slow reading of it. */
const START_MS = 5000;
const CHARACTER_MS = 200;

/** The device's own voice; only voices that are local to it are used. */
export function createDeviceVoice(options: DeviceVoiceOptions, browser: SpeechBrowser): DeviceVoice {
  const synthesis = browser.speechSynthesis;
  /** What is spoken or waits for it; what was cancelled ends later, and counts no more. */
  const running = new Set<SpokenText>();
  let watch: ReturnType<typeof setInterval> | undefined;
  let unlocked = false;
  const localVoice = () => chooseVoice(synthesis?.getVoices() ?? [], options.language());

  const over = () => {
    clearInterval(watch);
    running.clear();
    options.onSpeaking(false);
  };
  const begin = () => {
    options.onSpeaking(true);
    let silentLooks = 0;
    let ms = 0;
    let head: SpokenText | undefined;
    watch = setInterval(() => {
      const [now] = running;
      ms = now === head ? ms + LOOK_MS : 0;
      head = now;
      silentLooks = synthesis?.speaking || synthesis?.pending ? 0 : silentLooks + 1;
      const isStuck = now && ms > START_MS + (now.text.length * CHARACTER_MS) / now.rate;
      if (silentLooks < SILENT_LOOKS && !isStuck) return;
      over();
      synthesis?.cancel();
    }, LOOK_MS);
  };

  // Browsers begin to look for their voices when they are first asked.
  synthesis?.getVoices();
  return {
    available: () => localVoice() !== undefined,
    unlock() {
      if (unlocked || !synthesis || !localVoice()) return;
      unlocked = true;
      synthesis.speak(new browser.SpeechSynthesisUtterance(""));
    },
    say(sentence) {
      const voice = localVoice();
      if (!synthesis || !voice) return;
      const utterance = new browser.SpeechSynthesisUtterance(sentence);
      utterance.voice = voice;
      utterance.lang = voice.lang;
      utterance.rate = options.rate();
      const ended = () => {
        if (running.delete(utterance) && running.size === 0) over();
      };
      utterance.addEventListener("end", ended, { once: true });
      utterance.addEventListener("error", ended, { once: true });
      if (running.size === 0) begin();
      running.add(utterance);
      synthesis.speak(utterance);
    },
    stop() {
      if (running.size === 0) return;
      over();
      synthesis?.cancel();
    },
  };
}
