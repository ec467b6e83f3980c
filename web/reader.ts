import type { CallEvent } from "../orchestrator/session/call-events.ts";
import { takeSentences } from "./lib/sentences.ts";

/** Who says an answer's words: the server's voice, a voice of this device, or the caller's screen reader. */
export type Mouth = "server" | "device" | "screen-reader";

/** Takes whole sentences. */
export interface Output {
  say(sentence: string): void;
  /** Drops what is not said yet. */
  stop(): void;
}

/** Speaks by a voice of this device. */
export interface DeviceVoice extends Output {
  /** Whether there is a voice of the language that works without sending the words away. */
  available(): boolean;
  /** Allows all later speech; must be called while a press is handled. */
  unlock(): void;
}

export interface DeviceVoiceOptions {
  readonly language: () => string;
  /** 1 is the voice's own rate. */
  readonly rate: () => number;
  readonly onSpeaking: (on: boolean) => void;
}

export interface Reader {
  hear(event: CallEvent): void;
  stop(): void;
}

/** Gives answers that no server voice speaks to this device's voice or to the screen reader, sentence by sentence. */
export function createReader(
  mouth: () => Mouth,
  outputs: Readonly<Record<"device" | "screen-reader", Output>>,
): Reader {
  let turn = "";
  /** What was announced of the answer: whole sentences, and the beginning of the next. */
  let rest = "";
  let whole = "";
  let over = false;
  /** The server's voice has begun to say it. */
  let spoken = false;
  /** An answer that was the server's to say, and that nobody has heard. */
  let unheard = "";
  const say = (sentence: string) => {
    const now = mouth();
    if (now === "server" || sentence.trim() === "") return;
    outputs[now].say(sentence.trim());
  };
  const begin = (next: string) => {
    if (next === turn) return;
    [turn, rest, whole, over] = [next, "", "", false];
    [spoken, unheard] = [false, ""];
  };
  const stop = () => {
    rest = "";
    unheard = "";
    outputs.device.stop();
    outputs["screen-reader"].stop();
  };
  return {
    stop,
    hear(event) {
      if (event.type === "caption") {
        begin(event.turn);
        const text = rest + event.text;
        const taken = takeSentences(text);
        rest = taken.rest;
        whole += text.slice(0, text.length - rest.length);
        for (const sentence of taken.whole) say(sentence);
      } else if (event.type === "answer-end") {
        begin(event.turn);
        if (event.interrupted) return stop();
        if (!over && mouth() === "server") unheard = spoken ? "" : event.text;
        else if (!over) say(event.text.startsWith(whole) ? event.text.slice(whole.length) : rest);
        over = true;
      } else if (event.type === "spoken") {
        begin(event.turn);
        spoken = true;
      } else if (event.type === "speech" && event.voice === null) {
        const last = takeSentences(unheard);
        for (const sentence of [...last.whole, last.rest]) say(sentence);
        unheard = "";
      } else if (event.type === "heard" && event.final) {
        outputs.device.stop();
      }
    },
  };
}
