import {
  TrackSource,
  type RemoteParticipant,
  type RemoteTrack,
  type RemoteTrackPublication,
} from "@livekit/rtc-node";
import type { Call } from "../../session/call.ts";
import type { FrameSource } from "../../turn/turn.ts";
import { readCamera } from "./camera.ts";
import { readMicrophone } from "./microphone.ts";

/** What the caller sends, read into the call for as long as it is there. */
export interface CallerMedia {
  /** Asks for a track that the caller publishes, and reads it when it is there; others are left alone. */
  want(publication: RemoteTrackPublication, caller: RemoteParticipant): void;
  /** A track is there; one that is read already goes on without a gap. */
  subscribed(track: RemoteTrack, publication: RemoteTrackPublication, caller: RemoteParticipant): void;
  unsubscribed(publication: { readonly sid?: string | undefined }): void;
  muted(publication: { readonly sid?: string | undefined }, isMuted: boolean): void;
  /** Sid of the caller's microphone; undefined while there is none. */
  microphoneSid(): string | undefined;
  /** Whether a camera or a screen is read that is not muted. */
  isSeen(): boolean;
  /** Everything that is read now ends: the caller, or the room, is gone. */
  stop(): void;
}

interface Reading {
  readonly source: FrameSource | "microphone";
  readonly track: RemoteTrack;
  isMuted: boolean;
  stream?: { stop(): void };
}

/** How tracks are read. */
export interface TrackReaders {
  readonly readMicrophone: typeof readMicrophone;
  readonly readCamera: typeof readCamera;
}

/** Creates the way of a caller's tracks into their call. */
export function createCallerMedia(
  call: Pick<Call, "hear" | "deafen" | "frames">,
  readers: TrackReaders = { readMicrophone, readCamera },
): CallerMedia {
  const readings = new Map<string, Reading>();

  const silence = ({ source }: Reading): void => {
    if (source === "microphone") call.deafen();
    // Another camera of the same source may still be on; its next frame begins anew.
    else call.frames.stop(source);
  };

  const end = (sid: string): void => {
    const reading = readings.get(sid);
    if (!reading) return;
    readings.delete(sid);
    reading.stream?.stop();
    silence(reading);
  };

  const read = (track: RemoteTrack, sid: string, participant: string, reading: Reading): { stop(): void } => {
    const { source } = reading;
    if (source === "microphone") {
      return readers.readMicrophone(track, (audio) => {
        if (!reading.isMuted) call.hear(audio);
      });
    }
    if (!reading.isMuted) call.frames.start(source);
    return readers.readCamera(track, (picture) => {
      // What was on its way when the camera went off must not open it again.
      if (!reading.isMuted) call.frames.offer({ ...picture, source }, { participant, track: sid });
    });
  };

  const mute = (reading: Reading, isMuted: boolean): void => {
    if (reading.isMuted === isMuted) return;
    reading.isMuted = isMuted;
    if (isMuted) silence(reading);
    else if (reading.source !== "microphone") call.frames.start(reading.source);
  };

  const subscribed: CallerMedia["subscribed"] = (
    track,
    { sid, source: trackSource, muted },
    { sid: participant, identity },
  ) => {
    const source = sourceOf(trackSource);
    if (!source || sid === undefined) return;
    const known = readings.get(sid);
    // Told of again, when the connection was mended for example: an end would cut what is being said.
    if (known?.track === track) return mute(known, muted ?? false);
    end(sid);
    const reading: Reading = { source, track, isMuted: muted ?? false };
    readings.set(sid, reading);
    reading.stream = read(track, sid, participant ?? identity, reading);
  };

  return {
    want(publication, caller) {
      if (sourceOf(publication.source) && !publication.subscribed) publication.setSubscribed(true);
      if (publication.track) subscribed(publication.track, publication, caller);
    },
    subscribed,
    unsubscribed({ sid }) {
      if (sid !== undefined) end(sid);
    },
    muted({ sid }, isMuted) {
      const reading = readings.get(sid ?? "");
      if (reading) mute(reading, isMuted);
    },
    microphoneSid: () => [...readings].find(([, { source }]) => source === "microphone")?.[0],
    isSeen: () => [...readings.values()].some(({ source, isMuted }) => source !== "microphone" && !isMuted),
    stop() {
      for (const sid of readings.keys()) end(sid);
    },
  };
}

/** What a track is to a call; undefined: nothing. */
function sourceOf(source: TrackSource | undefined): Reading["source"] | undefined {
  switch (source) {
    case TrackSource.SOURCE_MICROPHONE:
      return "microphone";
    case TrackSource.SOURCE_CAMERA:
      return "camera";
    case TrackSource.SOURCE_SCREENSHARE:
      return "screen";
    default:
      return undefined;
  }
}
