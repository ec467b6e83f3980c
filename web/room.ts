import {
  ConnectionState,
  createLocalTracks,
  DisconnectReason,
  LogLevel,
  type LocalTrackPublication,
  type Participant,
  type RemoteTrack,
  Room,
  RoomEvent,
  setLogLevel,
  Track,
  type TrackPublication,
} from "livekit-client";
import type { CallRoom, DeviceIds, PreviewElement, RoomNews } from "./call-room.ts";
import type { Device, EndReason } from "./call.ts";
import { EVENT_TOPIC, REQUEST_TOPIC, toCallEvent } from "./events.ts";
import { createMediaLine, type MediaLine, type MediaTransport } from "./media-line.ts";

/** Small text stays legible; more frames than the assistant looks at would only cost the phone's battery. */
const CAMERA = { width: 1280, height: 720, frameRate: 5 };
const CAMERA_ENCODING = { maxBitrate: 1_200_000, maxFramerate: 5 };
const SCREEN = { width: 1920, height: 1080, frameRate: 3 };
const SCREEN_ENCODING = { maxBitrate: 1_500_000, maxFramerate: 3 };

const SOURCES: Readonly<Record<Device, Track.Source>> = {
  microphone: Track.Source.Microphone,
  camera: Track.Source.Camera,
  screen: Track.Source.ScreenShare,
};
/** LiveKit's name for what an agent does. */
const AGENT_STATE = "lk.agent.state";

setLogLevel(LogLevel.warn);

/** Makes a room that is not joined yet. Sound of others is played as it comes. */
export function createRoom(tell: (news: RoomNews) => void): CallRoom {
  const room = new Room({
    adaptiveStream: false,
    dynacast: false,
    publishDefaults: {
      simulcast: false,
      backupCodec: false,
      videoEncoding: CAMERA_ENCODING,
      screenShareEncoding: SCREEN_ENCODING,
      degradationPreference: "maintain-resolution",
    },
  });
  const line = createMediaLine(
    () => transportsOf(room),
    (through) => tell({ type: through ? "reconnected" : "reconnecting" }),
  );
  watch(room, tell, line);
  const unwatchNetwork = watchNetwork(room, tell);
  const me = room.localParticipant;
  return {
    unlockSound: () => room.startAudio(),
    connect: async ({ serverUrl, token }) => {
      await room.connect(serverUrl, token);
      line.watch();
      tellReady(room, tell);
    },
    async open(inputs, ids) {
      const tracks = await createLocalTracks({
        audio: inputs.includes("microphone") && microphoneOptions(ids),
        video: inputs.includes("camera") && cameraOptions(ids),
      });
      return tracks.map((track) => ({
        input: track.kind === Track.Kind.Audio ? "microphone" : "camera",
        publish: async () => void (await me.publishTrack(track)),
        stop: () => track.stop(),
      }));
    },
    async enable(device, on, ids) {
      if (device === "microphone") await me.setMicrophoneEnabled(on, microphoneOptions(ids));
      else if (device === "camera") await me.setCameraEnabled(on, cameraOptions(ids));
      else await me.setScreenShareEnabled(on, { audio: false, resolution: SCREEN, contentHint: "text" });
    },
    preview: (element) => preview(room, element),
    async choose(input, id) {
      await room.switchActiveDevice(input === "microphone" ? "audioinput" : "videoinput", id);
    },
    async send(request) {
      const payload = new TextEncoder().encode(JSON.stringify(request));
      await me.publishData(payload, { reliable: true, topic: REQUEST_TOPIC });
    },
    async close() {
      unwatchNetwork();
      await room.disconnect();
    },
  };
}

function microphoneOptions({ microphone }: DeviceIds) {
  return {
    ...(microphone ? { deviceId: microphone } : {}),
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    sampleRate: 48_000,
    channelCount: 1,
  };
}

function cameraOptions({ camera }: DeviceIds) {
  return { ...(camera ? { deviceId: camera } : { facingMode: "environment" as const }), resolution: CAMERA };
}

/** An agent that is in the room says in an attribute when it listens: what is said before is lost. */
function agentNews(room: Room): Extract<RoomNews, { type: "agent" }> {
  const states = [...room.remoteParticipants.values()].map(({ attributes }) => attributes[AGENT_STATE]);
  const state = states.find((found) => found !== undefined);
  if (state === undefined) return { type: "agent", here: false };
  return {
    type: "agent",
    here: true,
    state: state === "thinking" || state === "speaking" ? state : "listening",
  };
}

function tellReady(room: Room, tell: (news: RoomNews) => void): void {
  const news = agentNews(room);
  if (news.here) tell(news);
}

function watch(room: Room, tell: (news: RoomNews) => void, line: MediaLine): void {
  const ready = () => tellReady(room, tell);
  room
    .on(RoomEvent.Reconnecting, () => {
      line.forget();
      tell({ type: "reconnecting" });
    })
    .on(RoomEvent.SignalReconnecting, () => line.signalling(true))
    .on(RoomEvent.Reconnected, () => {
      line.signalling(false);
      line.watch();
      tell({ type: "reconnected" });
    })
    .on(RoomEvent.Disconnected, (reason) => {
      line.forget();
      tell({ type: "closed", reason: toEndReason(reason) });
    })
    .on(RoomEvent.ParticipantConnected, ready)
    .on(RoomEvent.ParticipantAttributesChanged, ready)
    .on(RoomEvent.ParticipantDisconnected, () => tell(agentNews(room)))
    .on(RoomEvent.AudioPlaybackStatusChanged, () =>
      tell({ type: "sound-blocked", blocked: !room.canPlaybackAudio }),
    )
    .on(RoomEvent.TrackSubscribed, (track: RemoteTrack) => {
      if (track.kind !== Track.Kind.Audio) return;
      // The browser keeps back as little as the line's jitter allows.
      if (track.receiver && "jitterBufferTarget" in track.receiver) track.receiver.jitterBufferTarget = 0;
      document.body.append(track.attach());
    })
    .on(RoomEvent.TrackUnsubscribed, (track: RemoteTrack) => {
      for (const element of track.detach()) element.remove();
    })
    .on(RoomEvent.TrackMuted, ({ source }: TrackPublication, participant: Participant) => {
      const device = toDevice(source);
      if (device && participant.isLocal) tell({ type: "device-ended", device });
    })
    .on(RoomEvent.LocalTrackUnpublished, ({ source }: LocalTrackPublication) => {
      const device = toDevice(source);
      if (device && room.state === ConnectionState.Connected) tell({ type: "device-ended", device });
    })
    .on(
      RoomEvent.DataReceived,
      (payload: Uint8Array, _from?: Participant, _kind?: unknown, topic?: string) => {
        const event = topic === EVENT_TOPIC ? toCallEvent(payload) : undefined;
        if (event) tell({ type: "event", event });
      },
    );
}

/** The transports of all tracks of a room, of those that are sent and of those that are heard. */
function transportsOf(room: Room): readonly MediaTransport[] {
  const ends = [room.localParticipant, ...room.remoteParticipants.values()]
    .flatMap((participant) => [...participant.trackPublications.values()])
    .map(({ track }) => track && ("receiver" in track ? track.receiver : track.sender));
  return ends.flatMap((end) => end?.transport?.iceTransport ?? []);
}

/** The device knows at once that its network is gone; the connection itself would notice seconds later. */
function watchNetwork(room: Room, tell: (news: RoomNews) => void): () => void {
  const gone = () => tell({ type: "reconnecting" });
  const back = () => {
    if (room.state === ConnectionState.Connected) tell({ type: "reconnected" });
  };
  addEventListener("offline", gone);
  addEventListener("online", back);
  return () => {
    removeEventListener("offline", gone);
    removeEventListener("online", back);
  };
}

function preview(room: Room, element: PreviewElement): () => void {
  const show = () => {
    const track = room.localParticipant.getTrackPublication(Track.Source.Camera)?.videoTrack;
    if (track && !track.isMuted) track.attach(element);
  };
  const events = [RoomEvent.LocalTrackPublished, RoomEvent.TrackUnmuted] as const;
  for (const event of events) room.on(event, show);
  show();
  return () => {
    for (const event of events) room.off(event, show);
    room.localParticipant.getTrackPublication(Track.Source.Camera)?.videoTrack?.detach(element);
  };
}

function toDevice(source: Track.Source): Device | undefined {
  return (Object.keys(SOURCES) as Device[]).find((device) => SOURCES[device] === source);
}

function toEndReason(reason: DisconnectReason | undefined): EndReason {
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
      return "hung-up";
    case DisconnectReason.DUPLICATE_IDENTITY:
      return "taken-over";
    case DisconnectReason.PARTICIPANT_REMOVED:
      return "removed";
    case DisconnectReason.SERVER_SHUTDOWN:
      return "shutdown";
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return "closed";
    default:
      return "lost";
  }
}
