import {
  LocalVideoTrack,
  type Room,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoFrame,
  VideoRotation,
  VideoSource,
} from "@livekit/rtc-node";
import sharp from "sharp";
import { muteTrack } from "./mute.ts";

/** What a camera looks at: a JPEG or PNG, shown in the camera's size. */
export interface View {
  readonly picture: Uint8Array;
  readonly width?: number;
  readonly height?: number;
  /** Degrees by which a viewer has to turn it clockwise. Default: 0. */
  readonly rotation?: 0 | 90 | 180 | 270;
}

export interface CameraOptions {
  /** Default: 5. */
  readonly framesPerSecond?: number;
  /** Default: the camera. */
  readonly source?: "camera" | "screen";
}

/** A camera, or a shared screen, that shows one picture until it is told to show another. */
export interface Camera {
  look(view: View): Promise<void>;
  mute(muted: boolean): void;
  unpublish(): Promise<void>;
  /** When the last frame of the current view went out. */
  lastFrameAtMs(): number;
}

const ROTATIONS = {
  0: VideoRotation.VIDEO_ROTATION_0,
  90: VideoRotation.VIDEO_ROTATION_90,
  180: VideoRotation.VIDEO_ROTATION_180,
  270: VideoRotation.VIDEO_ROTATION_270,
} as const;

/** Publishes a camera at full size from the first frame: no simulcast. */
export async function publishCamera(room: Room, view: View, options: CameraOptions = {}): Promise<Camera> {
  const { framesPerSecond = 5, source: kind = "camera" } = options;
  let shown = await toFrame(view);
  const source = new VideoSource(shown.frame.width, shown.frame.height);
  const track = LocalVideoTrack.createVideoTrack(kind, source);
  const publish = new TrackPublishOptions({
    source: kind === "camera" ? TrackSource.SOURCE_CAMERA : TrackSource.SOURCE_SCREENSHARE,
    simulcast: false,
    videoEncoding: { maxBitrate: 2_000_000n, maxFramerate: 15 },
  });
  await room.localParticipant?.publishTrack(track, publish);
  let lastFrameAtMs = 0;
  let muted = false;
  const send = (): void => {
    if (muted) return;
    source.captureFrame(shown.frame, process.hrtime.bigint() / 1000n, shown.rotation);
    lastFrameAtMs = performance.now();
  };
  send();
  const timer = setInterval(send, 1000 / framesPerSecond);

  return {
    async look(next) {
      shown = await toFrame(next);
    },
    mute(off) {
      muted = off;
      muteTrack(track, off);
    },
    async unpublish() {
      clearInterval(timer);
      if (track.sid !== undefined) await room.localParticipant?.unpublishTrack(track.sid);
      await track.close();
    },
    lastFrameAtMs: () => lastFrameAtMs,
  };
}

async function toFrame(
  view: View,
): Promise<{ readonly frame: VideoFrame; readonly rotation: VideoRotation }> {
  const { width = 640, height = 480, rotation = 0 } = view;
  const { data } = await sharp(view.picture)
    .resize(width, height, { fit: "fill" })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const rgba = new VideoFrame(new Uint8Array(data), width, height, VideoBufferType.RGBA);
  return { frame: rgba.convert(VideoBufferType.I420), rotation: ROTATIONS[rotation] };
}
