import { setTimeout as delay } from "node:timers/promises";
import type { ReadableStream } from "node:stream/web";
import { inference, type llm, stt, voice } from "@livekit/agents";
import type { AudioFrame } from "@livekit/rtc-node";
import type { Pcm } from "../../../orchestrator/lib/pcm.ts";
import { initializeAgents, toAudioFrame } from "../../../orchestrator/session/agent-session.ts";
import { Microphone, NoLlm, NoStt, NoTts } from "../../../orchestrator/session/node-models.ts";
import { startCaller, type FakeCaller } from "./caller.ts";
import { createFakeEar } from "./ear.ts";
import { createRoom, type Room } from "./room.ts";
import { createFakeSpeaker, type FakeSpeaker } from "./speaker.ts";
import type { FakeVoice } from "./voice.ts";

/** How the framework is set: as it comes, or with model and voice started before the turn is over. */
export type Baseline = "defaults" | "preemptive";

/** An `AgentSession` as its own documentation has it, with the same ends as our test calls. */
export interface PlainCall {
  readonly caller: FakeCaller;
  readonly speaker: FakeSpeaker;
  /** The words that the answer which sounded last was asked with. */
  question(): string;
  /** Resolves when something has been said to its end, or cut off; false: not in this time. */
  answered(timeoutMs: number): Promise<boolean>;
  /** Says a text without being asked. */
  say(text: string): void;
  close(): Promise<void>;
}

export async function startPlainCall(options: {
  readonly baseline: Baseline;
  /** From the model's request to its first word. */
  readonly modelMs: number;
  readonly voice: FakeVoice;
  readonly answer: string;
  readonly frame?: number | undefined;
  readonly room?: Room | undefined;
}): Promise<PlainCall> {
  initializeAgents();
  const ear = createFakeEar();
  const speaker = createFakeSpeaker();
  const microphone = new Microphone();
  const output = new Output(speaker);
  const { signal } = new AbortController();
  let asked = "";
  let answered = "";
  output.onFirst = () => (answered = asked);
  const agent = voice.Agent.create({
    instructions: "",
    async *sttNode(_ctx, audio) {
      for await (const heard of ear.listen(toPcm(audio), { call: "plain", signal } as never)) {
        const { text } = heard;
        const words = { text, language: "en", startTime: 0, endTime: 0, confidence: 1 } as stt.SpeechData;
        const type =
          heard.type === "final"
            ? stt.SpeechEventType.FINAL_TRANSCRIPT
            : stt.SpeechEventType.INTERIM_TRANSCRIPT;
        yield { type, alternatives: [words] } satisfies stt.SpeechEvent;
      }
    },
    async *llmNode(ctx, { items }) {
      void ctx;
      asked = questionIn(items);
      await delay(options.modelMs);
      yield options.answer;
    },
    async *ttsNode(_ctx, text) {
      for await (const spoken of options.voice.speak(text, { signal } as never)) {
        if (spoken.type === "audio") yield toAudioFrame(spoken.audio);
      }
    },
  });
  const session = new voice.AgentSession({
    vad: new inference.VAD(),
    stt: new NoStt(),
    llm: new NoLlm(),
    tts: new NoTts(speaker.sampleRate),
    ...(options.baseline === "preemptive"
      ? { turnHandling: { preemptiveGeneration: { enabled: true, preemptiveTts: true } } }
      : {}),
  });
  session.input.audio = microphone;
  session.output.audio = output;
  await session.start({ agent, record: false });
  const caller = startCaller({ hear: (audio: Pcm) => microphone.push(toAudioFrame(audio)) } as never, ear, {
    frame: options.frame,
    room: await createRoom(options.room),
  });
  return {
    caller,
    speaker,
    question: () => answered,
    answered: (timeoutMs) => output.finished(timeoutMs),
    say: (text) => void session.say(text),
    async close() {
      caller.close();
      microphone.end();
      await session.close();
    },
  };
}

/** What was said since the last answer. */
function questionIn(items: readonly llm.ChatItem[]): string {
  const words: string[] = [];
  for (const item of items) {
    if (item.type !== "message") continue;
    if (item.role === "assistant") words.length = 0;
    else if (item.role === "user") words.push(item.textContent ?? "");
  }
  return words.join(" ");
}

async function* toPcm(audio: ReadableStream<AudioFrame> | AsyncIterable<AudioFrame>): AsyncGenerator<Pcm> {
  for await (const { data, sampleRate } of audio) yield { samples: data, sampleRate };
}

/** Plays what it is given at once, without a buffer of its own. */
class Output extends voice.AudioOutput {
  readonly #speaker: FakeSpeaker;
  #written = 0;
  #ending = new AbortController();
  #over = Promise.withResolvers<void>();
  onFirst: () => void = () => {};

  constructor(speaker: FakeSpeaker) {
    super(speaker.sampleRate);
    this.#speaker = speaker;
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    await super.captureFrame(frame);
    const first = this.#written === 0;
    this.#written += frame.samplesPerChannel;
    const room = this.#speaker.write({ samples: frame.data, sampleRate: frame.sampleRate });
    if (first) {
      this.onPlaybackStarted(Date.now());
      this.onFirst();
    }
    await room;
  }

  override flush(): void {
    super.flush();
    if (this.#written === 0) return;
    this.#ending = new AbortController();
    delay(this.#speaker.queuedMs(), undefined, { signal: this.#ending.signal }).then(
      () => this.#finish(false),
      () => {},
    );
  }

  override clearBuffer(): void {
    this.#ending.abort();
    if (this.#written === 0) return;
    this.#written -= Math.round((this.#speaker.clear() * this.#speaker.sampleRate) / 1000);
    this.#finish(true);
  }

  /** Resolves when the next speech is over. */
  async finished(timeoutMs: number): Promise<boolean> {
    const timer = new AbortController();
    const late = delay(timeoutMs, false, { signal: timer.signal }).catch(() => false);
    const isOver = await Promise.race([this.#over.promise.then(() => true), late]);
    timer.abort();
    return isOver;
  }

  #finish(interrupted: boolean): void {
    const playbackPosition = this.#written / this.#speaker.sampleRate;
    this.#written = 0;
    super.flush();
    this.onPlaybackFinished({ playbackPosition, interrupted });
    const { resolve } = this.#over;
    this.#over = Promise.withResolvers();
    resolve();
  }
}
