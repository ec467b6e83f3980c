import {
  ParticipantKind,
  type RemoteParticipant,
  type RemoteTrack,
  Room,
  RoomEvent,
  TrackKind,
} from "@livekit/rtc-node";
import type { CallEvent, CallRequest } from "../../orchestrator/session/call-events.ts";
import { leaveRoom } from "../../orchestrator/transports/livekit/leave-room.ts";
import { type Camera, type CameraOptions, publishCamera, type View } from "./caller/camera.ts";
import { createListening, type Listening } from "./caller/listening.ts";
import {
  type Microphone,
  type MicrophoneOptions,
  publishMicrophone,
  type Sent,
} from "./caller/microphone.ts";
import { silence, type Utterance } from "./speech/synthesise.ts";

/** A `lk.transcription` segment as it stands now. */
export interface Caption {
  readonly segment: string;
  readonly final: boolean;
  readonly track: string;
  readonly text: string;
}

/** Somebody who calls: a real participant with a scripted voice, a camera, and ears that read words. */
export interface Caller {
  readonly room: Room;
  readonly microphone: Microphone;
  readonly listening: Listening;
  /** Events of topic `sightline.event`, in order, with the instant of their arrival. */
  readonly events: readonly (CallEvent & { readonly atMs: number })[];
  /** Text streams of topic `lk.transcription`. */
  readonly captions: readonly Caption[];
  /** Identities of agents that were in the room, in order of arrival. */
  readonly agents: readonly string[];
  /** The last value of the agent's `lk.agent.state`. */
  agentState(): string | undefined;
  /** Why the room was left, when it was not our wish. */
  disconnected(): number | undefined;
  /** Says it; resolves when its last sample has gone out. */
  say(utterance: Utterance): Promise<Sent>;
  /** Waits in real time with an open microphone. */
  pause(ms: number): Promise<Sent>;
  show(view: View, options?: CameraOptions): Promise<Camera>;
  request(request: CallRequest): Promise<void>;
  /** A chat message, as LiveKit's own clients send it. */
  chat(text: string): Promise<void>;
  /** Waits until it holds; throws what was expected after the time. */
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>;
  leave(): Promise<void>;
}

export interface CallerOptions extends MicrophoneOptions {
  readonly url: string;
  readonly token: string;
  /** What the agent may say. */
  readonly known: readonly Utterance[];
  /** Default: true. */
  readonly microphone?: boolean;
  /** The loudspeaker is heard in the microphone, so much quieter and later. Default: it is not. */
  readonly echo?: { readonly gainDb: number; readonly delayMs: number };
}

const POLL_MS = 10;

/** Joins a room with an open microphone. */
export async function joinAsCaller(options: CallerOptions): Promise<Caller> {
  const room = new Room();
  const { echo } = options;
  const listening = createListening(options.known, (samples) => {
    if (!echo) return;
    const quieter = samples.map((sample) => sample * 10 ** (echo.gainDb / 20));
    setTimeout(() => microphone.mix(quieter), echo.delayMs);
  });
  const events: (CallEvent & { readonly atMs: number })[] = [];
  const captions = new Map<string, Caption>();
  const agents: string[] = [];
  let disconnected: number | undefined;
  let microphone = SILENT;

  const onParticipant = (participant: RemoteParticipant): void => {
    if (participant.kind === ParticipantKind.AGENT && !agents.includes(participant.identity))
      agents.push(participant.identity);
  };
  room.on(RoomEvent.ParticipantConnected, onParticipant);
  room.on(RoomEvent.TrackSubscribed, (track: RemoteTrack) => {
    if (track.kind === TrackKind.KIND_AUDIO) listening.hear(track);
  });
  room.on(RoomEvent.DataReceived, (payload: Uint8Array, _from, _kind, topic?: string) => {
    if (topic !== "sightline.event") return;
    events.push({ ...(JSON.parse(new TextDecoder().decode(payload)) as CallEvent), atMs: performance.now() });
  });
  room.on(RoomEvent.Disconnected, (reason) => {
    disconnected = reason;
  });
  room.registerTextStreamHandler("lk.transcription", (reader) => {
    void (async () => {
      const { attributes = {} } = reader.info;
      const segment = attributes["lk.segment_id"] ?? reader.info.streamId;
      const final = attributes["lk.transcription_final"] === "true";
      const track = attributes["lk.transcribed_track_id"] ?? "";
      let text = "";
      for await (const chunk of reader) {
        text += chunk;
        captions.set(segment, { segment, final, track, text });
      }
    })().catch(() => {});
  });

  await room.connect(options.url, options.token, { autoSubscribe: true, dynacast: false });
  for (const participant of room.remoteParticipants.values()) onParticipant(participant);
  if (options.microphone !== false) microphone = await publishMicrophone(room, options);

  return {
    room,
    microphone,
    listening,
    events,
    get captions() {
      return [...captions.values()];
    },
    agents,
    agentState: () =>
      [...room.remoteParticipants.values()].find(({ kind }) => kind === ParticipantKind.AGENT)?.attributes[
        "lk.agent.state"
      ],
    disconnected: () => disconnected,
    say: ({ samples }) => microphone.push(samples),
    pause: (ms) => microphone.push(silence(ms)),
    show: (view, camera) => publishCamera(room, view, camera),
    async request(request) {
      const payload = new TextEncoder().encode(JSON.stringify(request));
      await room.localParticipant?.publishData(payload, { reliable: true, topic: "sightline.request" });
    },
    async chat(text) {
      await room.localParticipant?.sendText(text, { topic: "lk.chat" });
    },
    until: (what, holds, withinMs = 10_000) => until(what, holds, withinMs),
    async leave() {
      await microphone.close();
      listening.close();
      await leaveRoom(room);
    },
  };
}

/** Who has no microphone says nothing. */
const SILENT: Microphone = {
  push: () => Promise.reject(new Error("this caller has no microphone")),
  mix: () => {},
  hush: () => {},
  mute: () => {},
  close: () => Promise.resolve(),
};

/** Waits until it holds; throws what was expected after the time. */
export async function until(what: string, holds: () => boolean, withinMs = 10_000): Promise<void> {
  const givenUpAtMs = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > givenUpAtMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
