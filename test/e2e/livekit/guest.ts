import { setTimeout as wait } from "node:timers/promises";
import {
  AudioFrame,
  AudioSource,
  AudioStream,
  LocalAudioTrack,
  LocalVideoTrack,
  Room,
  RoomEvent,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoFrame,
  VideoSource,
  type RemoteTrack,
} from "@livekit/rtc-node";
import { AccessToken } from "livekit-server-sdk";
import { RoomAgentDispatch, RoomConfiguration } from "@livekit/protocol";
import { leaveRoom } from "../../../orchestrator/transports/livekit/leave-room.ts";
import type { LivekitAccess } from "../../../orchestrator/transports/livekit/tokens.ts";
import { muteTrack } from "../../standins/caller/mute.ts";

/** A person at a device, without any of our own code. */
export interface Guest {
  readonly room: Room;
  /** Loudness 0–1 of what was heard, 10 ms each, with the instant it came. */
  readonly loudness: { readonly atMs: number; readonly level: number }[];
  readonly data: { readonly topic: string; readonly text: string }[];
  readonly transcripts: {
    readonly text: string;
    readonly attributes: Readonly<Record<string, string>>;
    readonly from: string;
  }[];
  /** Sends a tone of the microphone for as long. */
  talk(forMs: number): Promise<void>;
  /** The microphone off or on, as by the device's own button. */
  mute(on: boolean): void;
  /** Sends so many pictures of one size at 10 per second. */
  show(
    source: "camera" | "screen",
    pictures: number,
    size?: { readonly width: number; readonly height: number },
  ): Promise<{ readonly sid: string; stop(): Promise<void> }>;
  send(topic: string, json: unknown): Promise<void>;
  leave(): Promise<void>;
}

/** A token for a room; with `agentName`, one that asks for that agent. */
export async function guestToken(
  access: LivekitAccess,
  options: {
    readonly room: string;
    readonly identity: string;
    readonly agentName?: string;
    readonly metadata?: string;
    /** As LiveKit's SIP service joins for a phone line. */
    readonly phone?: boolean;
  },
): Promise<string> {
  const token = new AccessToken(access.apiKey, access.apiSecret, { identity: options.identity });
  if (options.phone === true) token.kind = "sip";
  token.addGrant({ room: options.room, roomJoin: true });
  if (options.agentName !== undefined) {
    const agents = [
      new RoomAgentDispatch({ agentName: options.agentName, metadata: options.metadata ?? "" }),
    ];
    token.roomConfig = new RoomConfiguration({ agents });
  }
  return token.toJwt();
}

export async function joinAsGuest(
  access: LivekitAccess,
  options: {
    readonly room: string;
    readonly identity: string;
    readonly agentName?: string;
    readonly microphone?: boolean;
    readonly phone?: boolean;
  },
): Promise<Guest> {
  const room = new Room();
  const loudness: { readonly atMs: number; readonly level: number }[] = [];
  const data: { readonly topic: string; readonly text: string }[] = [];
  const transcripts: Guest["transcripts"] = [];
  const readers: ReadableStreamDefaultReader<AudioFrame>[] = [];
  const listen = async (track: RemoteTrack): Promise<void> => {
    const reader = new AudioStream(track, { sampleRate: 48_000, numChannels: 1 }).getReader();
    readers.push(reader);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      loudness.push({ atMs: performance.now(), level: rms(next.value.data) });
    }
  };
  room.on(RoomEvent.TrackSubscribed, (track) => void listen(track).catch(() => {}));
  room.on(RoomEvent.DataReceived, (bytes, _from, _kind, topic) =>
    data.push({ topic: topic ?? "", text: new TextDecoder().decode(bytes) }),
  );
  room.registerTextStreamHandler("lk.transcription", (reader, { identity: from }) => {
    void reader
      .readAll()
      .then((text) => transcripts.push({ text, attributes: reader.info.attributes ?? {}, from }));
  });
  await room.connect(access.url, await guestToken(access, options), { autoSubscribe: true, dynacast: false });
  const source = new AudioSource(48_000, 1, 200);
  const microphone =
    (options.microphone ?? true) ? LocalAudioTrack.createAudioTrack("mic", source) : undefined;
  if (microphone) {
    await room.localParticipant!.publishTrack(
      microphone,
      new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
    );
  }
  return {
    room,
    loudness,
    data,
    transcripts,
    async talk(forMs) {
      for (let ms = 0; ms < forMs; ms += 10) {
        const samples = Int16Array.from({ length: 480 }, (_, at) =>
          Math.round(12_000 * Math.sin((2 * Math.PI * 440 * (at + ms * 48)) / 48_000)),
        );
        await source.captureFrame(new AudioFrame(samples, 48_000, 1, 480));
      }
    },
    mute(on) {
      if (microphone) muteTrack(microphone, on);
    },
    async show(kind, pictures, { width, height } = { width: 640, height: 480 }) {
      const video = new VideoSource(width, height);
      const track = LocalVideoTrack.createVideoTrack(kind, video);
      const publication = await room.localParticipant!.publishTrack(
        track,
        new TrackPublishOptions({
          source: kind === "camera" ? TrackSource.SOURCE_CAMERA : TrackSource.SOURCE_SCREENSHARE,
          simulcast: false,
        }),
      );
      let on = true;
      const pump = async (): Promise<void> => {
        const grey = new Uint8Array(width * height * 1.5).fill(128);
        for (let sent = 0; sent < pictures && on; sent++) {
          grey.fill(40 + ((sent * 10) % 150), 0, width * height);
          video.captureFrame(new VideoFrame(grey.slice(), width, height, VideoBufferType.I420));
          await wait(100);
        }
      };
      void pump();
      return {
        async stop() {
          on = false;
          await room.localParticipant!.unpublishTrack(publication.sid!);
        },
        sid: publication.sid!,
      };
    },
    send: (topic, json) =>
      room.localParticipant!.publishData(new TextEncoder().encode(JSON.stringify(json)), {
        reliable: true,
        topic,
      }),
    async leave() {
      for (const reader of readers) await reader.cancel();
      await leaveRoom(room);
      await source.close();
    },
  };
}

function rms(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length)) / 32_768;
}
