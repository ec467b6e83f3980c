import type { AudioFrame } from "@livekit/rtc-node";
import type { VAD } from "@livekit/agents";
import type { Pcm } from "../lib/pcm.ts";
import { startAgentSession, type CallSession } from "./agent-session.ts";
import type { Answer } from "./answering/answer.ts";
import type { Speaker } from "./call.ts";
import { Player, type PlayerListener } from "./voice/player.ts";
import { toRate } from "./voice/to-rate.ts";
import { wait } from "../lib/wait.ts";
import { goesOnFromMs } from "./answering/words-heard.ts";

/** Where answers are performed, one at a time: the agent session and its output. */
export interface Stage {
  hear(audio: Pcm): void;
  /** Plays an answer; resolves with the milliseconds that were heard once it is over. */
  perform(answer: Answer, question: string): Promise<number>;
  /** Ends the performance at once; returns the milliseconds that were heard. */
  stop(): number;
  pause(): void;
  resume(): void;
  playedMs(): number;
  tone(sound: Pcm): void;
  close(): Promise<void>;
}

/** A framework that does not let go of an answer in this time is not waited for. */
const LET_GO_MS = 500;

export async function openStage(options: {
  readonly speaker: Speaker;
  readonly listener: PlayerListener;
  readonly vad: VAD | undefined;
  /** Nothing can be said or heard any more. */
  readonly onLost: () => void;
  readonly listen: (audio: AsyncIterable<Pcm>) => AsyncIterable<never>;
}): Promise<Stage> {
  const { speaker, listener, vad, listen, onLost } = options;
  const player = new Player(speaker, listener);
  let current: Answer | undefined;
  let running: ReturnType<CallSession["perform"]> | undefined;
  let lettingGo: Promise<void> | undefined;
  let ended = Promise.withResolvers<void>();

  const session = await startAgentSession({
    player,
    vad,
    onLost,
    nodes: {
      listen,
      text: () => current?.text.read() ?? nothing<string>(),
      sound: () => current?.sound?.read() ?? nothing<AudioFrame>(),
    },
  });

  const stop = (): number => {
    const playedMs = player.stop();
    if (running) {
      running.stop();
      lettingGo = Promise.race([running.done, wait(LET_GO_MS)]).finally(() => (lettingGo = undefined));
    }
    running = undefined;
    current = undefined;
    ended.resolve();
    return playedMs;
  };

  return {
    hear: (audio) => session.hear(audio),
    async perform(answer, question) {
      while (lettingGo) await lettingGo;
      if (answer.signal.aborted) return 0;
      current = answer;
      ended = Promise.withResolvers();
      const over = ended.promise;
      player.open();
      player.begin(answer.sound?.items ?? []);
      const mine = session.perform(question);
      running = mine;
      await Promise.race([mine.done, over]);
      const playedMs = player.lastPlayedMs();
      if (running === mine) {
        running = undefined;
        current = undefined;
      }
      return playedMs;
    },
    stop,
    pause: () => player.hold(goesOnFromMs(current?.words ?? [], player.playedMs())),
    resume: () => player.release(),
    playedMs: () => player.playedMs(),
    tone: (sound) => void player.tone(toRate(sound, speaker.sampleRate)),
    async close() {
      stop();
      await session.close();
    },
  };
}

async function* nothing<Item>(): AsyncGenerator<Item> {}
