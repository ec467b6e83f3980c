import { voice } from "@livekit/agents";
import type { AudioFrame } from "@livekit/rtc-node";
import type { Pcm } from "../../lib/pcm.ts";
import type { Speaker } from "../call.ts";
import { wait } from "../../lib/wait.ts";
import { takeFirst, takeLast, trim } from "./sample-queue.ts";

/** Handed to the speaker at a time. */
const CHUNK_MS = 20;
/** Kept in the speaker's queue: enough for a busy process, little to fall silent from. */
const QUEUE_MS = 120;
/** What may still have to be taken back from the speaker at a pause. */
const KEEP_MS = 1000;

export interface PlayerListener {
  /** The first sound of an answer was handed to the speaker. */
  onStart(): void;
  /** So many milliseconds of it have been played. */
  onProgress(playedMs: number): void;
}

/** The session's audio output: paced by the ear, silent at once, and exact about what was played. */
export class Player extends voice.AudioOutput {
  readonly #speaker: Speaker;
  readonly #listener: PlayerListener;
  /** Accepted and not handed to the speaker. */
  #waiting: Int16Array[] = [];
  /** Handed to the speaker, the last second of it. */
  #handed: Int16Array[] = [];
  /** Samples of this speech that were handed over, less what a pause took back. */
  #written = 0;
  /** Samples that were begun with, and that the framework has still to bring. */
  #ahead = 0;
  #paused = false;
  #open = false;
  #begun = false;
  /** The framework has brought some of it. */
  #brought = false;
  #complete = false;
  #pumping = false;
  #room = Promise.withResolvers<void>();
  #lastPlayedMs = 0;

  constructor(speaker: Speaker, listener: PlayerListener) {
    super(speaker.sampleRate, undefined, { pause: true });
    this.#speaker = speaker;
    this.#listener = listener;
  }

  /** A speech may begin, once it is not held: until then, and after `stop`, what comes in is dropped. */
  open(): void {
    const held = this.#paused;
    this.#speaker.clear();
    this.#reset();
    this.#paused = held;
    this.#lastPlayedMs = 0;
    this.#open = true;
  }

  /**
   * Begins the speech that may begin with the sound of it that is there, and does not wait until the
   * framework brings the same samples.
   */
  begin(sound: readonly AudioFrame[]): void {
    for (const { data } of sound) {
      this.#waiting.push(data);
      this.#ahead += data.length;
    }
    this.#begun = this.#ahead > 0;
    void this.#pump();
  }

  /** Milliseconds that were heard of the speech that ended last. */
  lastPlayedMs(): number {
    return this.#lastPlayedMs;
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    if (!this.#open) return;
    const isFirst = !this.#brought;
    this.#brought = true;
    await super.captureFrame(frame);
    if (isFirst) this.onPlaybackStarted(Date.now());
    this.#begun = true;
    const known = Math.min(this.#ahead, frame.data.length);
    this.#ahead -= known;
    if (known < frame.data.length) this.#waiting.push(frame.data.subarray(known));
    void this.#pump();
    while (this.#open && this.#waiting.length > 1) await this.#room.promise;
  }

  override flush(): void {
    super.flush();
    if (!this.#begun) return;
    this.#complete = true;
    void this.#pump();
  }

  override clearBuffer(): void {
    this.stop();
  }

  /** Milliseconds of this speech that the caller has heard. */
  playedMs(): number {
    return this.#toMs(this.#playedSamples());
  }

  /** The framework's own pauses and resumptions count for nothing: its resume before every speech would let a held one go. */
  override pause(): void {}

  override resume(): void {}

  /**
   * Silent at once, also when no sound has come yet; what was not heard is played after `release`.
   *
   * @param againFromMs what was played from here on is played again
   */
  hold(againFromMs = Infinity): void {
    if (this.#paused) return;
    this.#paused = true;
    if (!this.#begun) return;
    const again = Math.round((againFromMs * this.#speaker.sampleRate) / 1000);
    const played = Math.min(this.#silence(), again);
    const back = takeLast(this.#handed, this.#written - played);
    if (back.length > 0) this.#waiting.unshift(back);
    this.#written -= back.length;
  }

  release(): void {
    if (!this.#paused) return;
    this.#paused = false;
    void this.#pump();
  }

  /** Silence at once, for good; returns the milliseconds that were heard. */
  stop(): number {
    const playedMs = this.#toMs(this.#paused || !this.#open ? this.#playedSamples() : this.#silence());
    if (this.#begun) this.#lastPlayedMs = playedMs;
    const { pendingPlayoutSegments } = this;
    super.flush();
    this.#reset();
    if (pendingPlayoutSegments > 0) {
      this.onPlaybackFinished({ playbackPosition: playedMs / 1000, interrupted: true });
    }
    return playedMs;
  }

  /** Plays a sound that is no speech, unless one is playing. */
  async tone(sound: Pcm): Promise<void> {
    if (this.#begun || this.#paused) return;
    await this.#speaker.write(sound);
  }

  #reset(): void {
    this.#waiting = [];
    this.#handed = [];
    this.#written = 0;
    this.#ahead = 0;
    this.#open = false;
    this.#begun = false;
    this.#brought = false;
    this.#complete = false;
    this.#paused = false;
    this.#makeRoom();
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#open && !this.#paused && this.#begun) {
        const chunk = takeFirst(this.#waiting, (CHUNK_MS * this.#speaker.sampleRate) / 1000);
        if (chunk.length > 0) await this.#hand(chunk);
        else if (!this.#complete) break;
        else if (this.#speaker.queuedMs() > 0) await this.#wait(this.#speaker.queuedMs());
        else this.#finish();
      }
    } finally {
      this.#pumping = false;
    }
  }

  async #hand(chunk: Int16Array): Promise<void> {
    const first = this.#written === 0;
    this.#written += chunk.length;
    this.#handed.push(chunk);
    trim(this.#handed, (KEEP_MS * this.#speaker.sampleRate) / 1000);
    const room = this.#speaker.write({ samples: chunk, sampleRate: this.#speaker.sampleRate });
    if (first) this.#listener.onStart();
    this.#makeRoom();
    await room;
    const over = this.#speaker.queuedMs() - QUEUE_MS;
    await this.#wait(Math.max(0, over));
  }

  async #wait(ms: number): Promise<void> {
    if (ms > 0) await wait(Math.min(CHUNK_MS, Math.max(1, ms)));
    if (this.#begun) this.#listener.onProgress(this.playedMs());
  }

  #finish(): void {
    const playedMs = this.playedMs();
    this.#lastPlayedMs = playedMs;
    this.#listener.onProgress(playedMs);
    this.#reset();
    this.onPlaybackFinished({ playbackPosition: playedMs / 1000, interrupted: false });
  }

  #playedSamples(): number {
    return this.#paused ? this.#written : this.#without(this.#speaker.queuedMs());
  }

  /** Makes the speaker silent; the samples of this speech that it had played. */
  #silence(): number {
    return this.#without(this.#speaker.clear());
  }

  /** What was written, less so much that was not played. */
  #without(queuedMs: number): number {
    const queued = Math.ceil(Math.fround((queuedMs * this.#speaker.sampleRate) / 1000));
    return Math.max(0, this.#written - queued);
  }

  #toMs(samples: number): number {
    return (samples / this.#speaker.sampleRate) * 1000;
  }

  #makeRoom(): void {
    const { resolve } = this.#room;
    this.#room = Promise.withResolvers();
    resolve();
  }
}
