import { ReadableStream } from "node:stream/web";
import { llm, stt, tts, voice } from "@livekit/agents";
import type { AudioFrame } from "@livekit/rtc-node";

// What an `AgentSession` must have when its nodes do the work: a microphone, and models that are never asked.

/** A caller's audio, pushed in. */
export class Microphone extends voice.AudioInput {
  #controller: ReadableStreamDefaultController<AudioFrame> | undefined;

  constructor() {
    super();
    const source = new ReadableStream<AudioFrame>({
      start: (controller) => {
        this.#controller = controller;
      },
    });
    this.multiStream.addInputStream(source);
  }

  push(frame: AudioFrame): void {
    this.#controller?.enqueue(frame);
  }

  end(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }
}

/** The session drops every turn when it has no model, though the nodes answer in its place. */
export class NoLlm extends llm.LLM {
  override label(): string {
    return "sightline";
  }

  override chat(): never {
    throw new Error("answers come from the node");
  }
}

export class NoTts extends tts.TTS {
  override label = "sightline";

  constructor(sampleRate: number) {
    super(sampleRate, 1, { streaming: true });
  }

  override synthesize(): never {
    throw new Error("sound comes from the node");
  }

  override stream(): never {
    throw new Error("sound comes from the node");
  }
}

export class NoStt extends stt.STT {
  override label = "sightline";

  constructor() {
    super({ streaming: true, interimResults: false });
  }

  protected override _recognize(): never {
    throw new Error("words come from the node");
  }

  override stream(): never {
    throw new Error("words come from the node");
  }
}
