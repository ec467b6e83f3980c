import { initializeLogger, type VAD, voice } from "@livekit/agents";
import { AudioFrame } from "@livekit/rtc-node";
import type { Pcm } from "../lib/pcm.ts";
import { Microphone, NoLlm, NoStt, NoTts } from "./node-models.ts";
import type { Player } from "./voice/player.ts";
import { HEARING_RATE } from "./hearing/silence-clock.ts";

/** Longer than any pause that supervision of engines and voices lets pass: the framework need not watch. */
const IDLE_MS = 60_000;
/** A fault of a model never ends the call: each is answered in the turn that met it. */
const NEVER_ENOUGH_ERRORS = 1_000_000;

/** What the framework's nodes do in a call. */
export interface Nodes {
  /** Takes the caller's audio; the session needs no transcripts, turns are committed by the call. */
  listen(audio: AsyncIterable<Pcm>): AsyncIterable<never>;
  /** The text of the answer that is being performed. */
  text(): AsyncIterable<string>;
  /** Its sound. */
  sound(): AsyncIterable<AudioFrame>;
}

/** A running session, and the way of the caller's audio into it. */
export interface CallSession {
  hear(audio: Pcm): void;
  /** Performs the answer that the nodes hand out; resolves once it has been played or stopped. */
  perform(question: string): { readonly done: Promise<void>; stop(): void };
  close(): Promise<void>;
}

/**
 * Starts an `AgentSession` without a room. Endpoints and interruptions are the call's own
 * (`turnDetection` is manual): the framework commits up to 300 ms late or too early, and cuts an
 * answer at every "mhm".
 */
export async function startAgentSession(options: {
  readonly nodes: Nodes;
  readonly player: Player | undefined;
  /** Undefined: nothing is heard, questions are typed. */
  readonly vad: VAD | undefined;
  /** The session has ended by itself: nothing can be said or heard any more. */
  readonly onLost: () => void;
}): Promise<CallSession> {
  const { nodes, player, vad, onLost } = options;
  const session = new voice.AgentSession({
    llm: new NoLlm(),
    tts: new NoTts(player?.sampleRate ?? HEARING_RATE),
    vad: vad ?? null,
    ...(vad ? { stt: new NoStt() } : {}),
    turnHandling: {
      turnDetection: "manual",
      interruption: { enabled: false, discardAudioIfUninterruptible: false, mode: "vad" },
      preemptiveGeneration: { enabled: false },
    },
    aecWarmupDuration: null,
    userAwayTimeout: null,
    ttsReadIdleTimeout: IDLE_MS,
    forwardAudioIdleTimeout: IDLE_MS,
    ttsTextTransforms: null,
    connOptions: { maxUnrecoverableErrors: NEVER_ENOUGH_ERRORS },
  });
  const input = new Microphone();
  if (vad) session.input.audio = input;
  if (player) session.output.audio = player;
  const agent = voice.Agent.create({
    instructions: "",
    sttNode: (_ctx, audio) => nodes.listen(toPcm(audio)),
    llmNode: () => nodes.text(),
    ttsNode: () => nodes.sound(),
  });
  session.once(voice.AgentSessionEventTypes.Close, onLost);
  await session.start({ agent, record: false });
  return {
    hear: (audio) => input.push(toAudioFrame(audio)),
    perform(question) {
      const handle = session.generateReply({ userInput: question, allowInterruptions: false });
      return {
        done: handle.waitForPlayout().then(nothing, nothing),
        stop: () => void handle.interrupt(true),
      };
    },
    async close() {
      session.off(voice.AgentSessionEventTypes.Close, onLost);
      input.end();
      await session.close();
    },
  };
}

function nothing(): void {}

/** A frame of the framework from samples of ours. */
export function toAudioFrame({ samples, sampleRate }: Pcm): AudioFrame {
  return new AudioFrame(samples, sampleRate, 1, samples.length);
}

let initialized = false;

/**
 * To be called before anything of the framework is made. Its log is silent: it would go to stdout, which
 * is not its own here, and it holds words of callers.
 */
export function initializeAgents(): void {
  if (initialized) return;
  initialized = true;
  initializeLogger({ pretty: false, level: "silent" });
}

async function* toPcm(frames: AsyncIterable<AudioFrame>): AsyncGenerator<Pcm> {
  for await (const { data, sampleRate } of frames) yield { samples: data, sampleRate };
}
