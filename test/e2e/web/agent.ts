import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  Room,
  RoomEvent,
  TrackKind,
  AudioStream,
  TrackPublishOptions,
  TrackSource,
  VideoStream,
} from "@livekit/rtc-node";
import { AccessToken } from "livekit-server-sdk";
import type { CallEvent, CallRequest, CallState } from "../../../orchestrator/session/call-events.ts";
import type { SiteLivekit } from "./site.ts";

/** A stand-in for the assistant in a real room: it sends events and sound on demand, and notes what the page does. */
export interface TestAgent {
  readonly requests: readonly CallRequest[];
  /** Kinds of what the page publishes now, `audio` or `video`, with their names of source. */
  readonly published: () => readonly string[];
  /** Width and height of the last picture of the caller's camera; undefined: none came. */
  readonly picture: () => { readonly width: number; readonly height: number } | undefined;
  /** Milliseconds of the caller's sound that were loud enough to be a voice. */
  readonly heardMs: () => number;
  /** What became of the connection: `reconnecting`, `reconnected`, `disconnected`, in order. */
  readonly line: readonly string[];
  tell(event: CallEvent): Promise<void>;
  /** Plays a tone for so long, in milliseconds. */
  sound(ms: number): Promise<void>;
  leave(): Promise<void>;
}

const RATE = 48_000;
const FRAME_MS = 20;
const TONE_HZ = 440;
/** Of 32,768. */
const LOUD = 500;

/** Joins a room as the page's counterpart. */
export async function joinAsAgent(
  livekit: SiteLivekit,
  name: string,
  state: CallState = "listening",
  identity = `agent-${name}`,
): Promise<TestAgent> {
  const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity, ttl: 600 });
  token.addGrant({ roomJoin: true, room: name, canUpdateOwnMetadata: true });
  const room = new Room();
  const requests: CallRequest[] = [];
  let picture: { readonly width: number; readonly height: number } | undefined;
  room.on(RoomEvent.DataReceived, (payload, _from, _kind, topic) => {
    if (topic === "sightline.request")
      requests.push(JSON.parse(new TextDecoder().decode(payload)) as CallRequest);
  });
  let heardMs = 0;
  const line: string[] = [];
  room.on(RoomEvent.Reconnecting, () => void line.push("reconnecting"));
  room.on(RoomEvent.Reconnected, () => void line.push("reconnected"));
  room.on(RoomEvent.Disconnected, () => void line.push("disconnected"));
  room.on(RoomEvent.TrackSubscribed, (track) => {
    void (async () => {
      if (track.kind === TrackKind.KIND_VIDEO) {
        for await (const { frame } of new VideoStream(track))
          picture = { width: frame.width, height: frame.height };
        return;
      }
      for await (const { data, samplesPerChannel, sampleRate } of new AudioStream(track))
        if (data.some((sample) => Math.abs(sample) > LOUD))
          heardMs += (samplesPerChannel / sampleRate) * 1000;
    })();
  });
  await room.connect(livekit.url, await token.toJwt(), { autoSubscribe: true, dynacast: false });
  const me = room.localParticipant;
  if (!me) throw new Error("not joined");
  const source = new AudioSource(RATE, 1);
  const options = new TrackPublishOptions();
  options.source = TrackSource.SOURCE_MICROPHONE;
  await me.publishTrack(LocalAudioTrack.createAudioTrack("voice", source), options);
  await me.setAttributes({ "lk.agent.state": state });
  return {
    requests,
    picture: () => picture,
    heardMs: () => heardMs,
    line,
    published: () =>
      [...room.remoteParticipants.values()].flatMap((caller) =>
        [...caller.trackPublications.values()]
          .filter(({ muted }) => !muted)
          .map(({ source: from }) => TrackSource[from ?? 0] ?? ""),
      ),
    async tell(event) {
      const payload = new TextEncoder().encode(JSON.stringify(event));
      await me.publishData(payload, { reliable: true, topic: "sightline.event" });
    },
    async sound(ms) {
      for (let at = 0; at < ms; at += FRAME_MS) {
        const samples = (RATE * FRAME_MS) / 1000;
        const data = Int16Array.from(
          { length: samples },
          (_, index) => 8000 * Math.sin((2 * Math.PI * TONE_HZ * (at * (RATE / 1000) + index)) / RATE),
        );
        await source.captureFrame(new AudioFrame(data, RATE, 1, samples));
      }
      await source.waitForPlayout();
    },
    leave: () => room.disconnect(),
  };
}
