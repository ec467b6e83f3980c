import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  TrackPublishOptions,
  TrackSource,
  type LocalTrackPublication,
  type Room,
} from "@livekit/rtc-node";
import { orAbort, sleep } from "../../lib/abortable.ts";
import type { Pcm } from "../../lib/pcm.ts";
import type { Speaker } from "../../session/call.ts";

/** A speaker whose sound is a track of a room. */
export interface RoomSpeaker extends Speaker {
  /** Publishes the track, unless it is published there; again in a room that was entered anew. */
  publish(room: Room): Promise<void>;
  /**
   * Takes the track back while there is nobody to speak to: a published one is encoded all the time,
   * silent or not, for 3 % of a core.
   */
  retire(): Promise<void>;
  /** Sid of the published track; undefined before. */
  trackSid(): string | undefined;
  close(): Promise<void>;
}

/** What WebRTC resamples well from, and speech services give. */
const SAMPLE_RATE = 24_000;
/** Sound that may be queued: enough to bridge a busy moment of the machine, all of it dropped by `clear`. */
const QUEUE_MS = 200;
/** Sound that is handed over at once. */
const CHUNK_MS = 20;
/** The native queue; never filled, so that handing over never waits. */
const NATIVE_QUEUE_MS = 1000;

/** How long the first sound waits for somebody who takes the track: before, nobody would hear it. */
const AUDIBLE_MS = 3000;

/** Creates the agent's voice in a room. */
export function createRoomSpeaker(): RoomSpeaker {
  const source = new AudioSource(SAMPLE_RATE, 1, NATIVE_QUEUE_MS);
  const track = LocalAudioTrack.createAudioTrack("agent", source);
  const chunkSamples = (SAMPLE_RATE * CHUNK_MS) / 1000;
  let audible = Promise.withResolvers<void>();
  /** Changes with every `clear`: what was being written then is dropped. */
  let era = new AbortController();
  /** Samples that were given and are not in the native queue yet. */
  let pending = 0;
  let closed = false;
  let writing: Promise<void> = Promise.resolve();
  /** Its sid changes when the connection is made anew. */
  let publication: LocalTrackPublication | undefined;
  let publishedIn: Room | undefined;
  let wantedIn: Room | undefined;
  let moving: Promise<void> = Promise.resolve();

  const writeAll = async ({ samples }: Pcm, { signal }: AbortController): Promise<void> => {
    await orAbort(audible.promise, signal);
    for (let at = 0; at < samples.length; at += chunkSamples) {
      signal.throwIfAborted();
      // Copied: the native side is given the whole buffer behind an array.
      const chunk = samples.slice(at, at + chunkSamples);
      pending -= chunk.length;
      await source.captureFrame(new AudioFrame(chunk, SAMPLE_RATE, 1, chunk.length));
      const tooMuchMs = source.queuedDuration - QUEUE_MS;
      if (tooMuchMs > 0) await sleep(tooMuchMs, signal);
    }
  };

  /** One step after the other; a publication that failed is tried again by the next one. */
  const move = (to: Room | undefined): Promise<void> => {
    wantedIn = to;
    const step = moving.then(async () => {
      if (wantedIn === publishedIn) return;
      const [from, old] = [publishedIn, publication];
      publishedIn = undefined;
      publication = undefined;
      if (wantedIn) return publishIn(wantedIn);
      audible = Promise.withResolvers();
      if (old?.sid !== undefined) await from?.localParticipant?.unpublishTrack(old.sid, false);
    });
    moving = step.catch(() => {});
    return step;
  };

  const publishIn = async (room: Room): Promise<void> => {
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    publication = await room.localParticipant?.publishTrack(track, options);
    publishedIn = room;
    const { resolve } = audible;
    const late = setTimeout(resolve, AUDIBLE_MS);
    void publication?.waitForSubscription().then(() => {
      clearTimeout(late);
      resolve();
    });
  };

  const clear = (): void => {
    era.abort();
    era = new AbortController();
    pending = 0;
  };

  const queuedMs = (): number => (closed ? 0 : source.queuedDuration + (pending / SAMPLE_RATE) * 1000);

  return {
    sampleRate: SAMPLE_RATE,
    write(audio) {
      const bornIn = era;
      pending += audio.samples.length;
      writing = writing.then(() => writeAll(audio, bornIn)).catch(() => {});
      return writing;
    },
    queuedMs,
    clear() {
      const droppedMs = queuedMs();
      clear();
      if (!closed) source.clearQueue();
      return droppedMs;
    },
    publish: (room) => move(room),
    retire: () => move(undefined),
    trackSid: () => publication?.sid,
    async close() {
      closed = true;
      clear();
      await writing;
      await track.close();
      await source.close();
    },
  };
}
