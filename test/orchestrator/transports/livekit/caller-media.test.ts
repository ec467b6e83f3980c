import {
  TrackSource,
  type RemoteParticipant,
  type RemoteTrack,
  type RemoteTrackPublication,
} from "@livekit/rtc-node";
import { expect, test } from "vitest";
import type { Pcm } from "../../../../orchestrator/lib/pcm.ts";
import type { Call } from "../../../../orchestrator/session/call.ts";
import { createCallerMedia } from "../../../../orchestrator/transports/livekit/caller-media.ts";

const caller = { sid: "PA_1", identity: "anna" } as RemoteParticipant;
const sound: Pcm = { samples: new Int16Array(160), sampleRate: 16_000 };

function publicationOf(sid: string, source: TrackSource, track?: RemoteTrack) {
  const publication = {
    sid,
    source,
    track,
    muted: false,
    subscribed: track !== undefined,
    setSubscribed(on: boolean) {
      publication.subscribed = on;
    },
  };
  return publication as typeof publication & RemoteTrackPublication;
}

/** A caller's tracks into a call that notes what happens, read by readers that the test speaks for. */
function staged() {
  const notes: string[] = [];
  const speak = new Map<RemoteTrack, (audio: Pcm) => void>();
  const call = {
    hear: () => notes.push("hear"),
    deafen: () => notes.push("deafen"),
    frames: {
      start: (source: string) => notes.push(`start ${source}`),
      stop: (source: string) => notes.push(`stop ${source}`),
      offer: () => notes.push("picture"),
    },
  } as unknown as Call;
  const stopped = (name: string) => ({ stop: () => void notes.push(`end of ${name}`) });
  const media = createCallerMedia(call, {
    readMicrophone(track, hear) {
      speak.set(track, hear);
      return stopped("microphone");
    },
    readCamera: () => stopped("camera"),
  });
  return { media, notes, say: (track: RemoteTrack) => speak.get(track)?.(sound) };
}

const trackOf = (): RemoteTrack => ({}) as RemoteTrack;

test("a track that is told of again goes on: a caller who speaks is not cut, a camera not begun anew", () => {
  const { media, notes, say } = staged();
  const [voice, picture] = [trackOf(), trackOf()];
  const microphone = publicationOf("TR_1", TrackSource.SOURCE_MICROPHONE, voice);
  const camera = publicationOf("TR_2", TrackSource.SOURCE_CAMERA, picture);
  media.want(microphone, caller);
  media.want(camera, caller);
  for (const publication of [microphone, camera]) media.want(publication, caller);
  say(voice);
  expect(notes).toEqual(["start camera", "hear"]);
});

test("told of again, a track that was muted meanwhile is", () => {
  const { media, notes, say } = staged();
  const voice = trackOf();
  const microphone = publicationOf("TR_1", TrackSource.SOURCE_MICROPHONE, voice);
  media.want(microphone, caller);
  microphone.muted = true;
  media.want(microphone, caller);
  say(voice);
  expect(notes).toEqual(["deafen"]);
});

test("another track under the same name takes the place of the old one", () => {
  const { media, notes, say } = staged();
  const [before, after] = [trackOf(), trackOf()];
  media.want(publicationOf("TR_1", TrackSource.SOURCE_MICROPHONE, before), caller);
  media.want(publicationOf("TR_1", TrackSource.SOURCE_MICROPHONE, after), caller);
  say(after);
  expect(notes).toEqual(["end of microphone", "deafen", "hear"]);
  expect(media.microphoneSid()).toBe("TR_1");
});

test("a published track is asked for once, and read when it is there; what is no source of ours is left alone", () => {
  const { media, notes } = staged();
  const camera = publicationOf("TR_1", TrackSource.SOURCE_CAMERA);
  const other = publicationOf("TR_2", TrackSource.SOURCE_SCREENSHARE_AUDIO);
  for (const publication of [camera, other]) media.want(publication, caller);
  expect([camera.subscribed, other.subscribed]).toEqual([true, false]);
  expect(notes).toEqual([]);
  media.subscribed(trackOf(), camera, caller);
  expect(notes).toEqual(["start camera"]);
  media.stop();
  expect(notes).toEqual(["start camera", "end of camera", "stop camera"]);
});
