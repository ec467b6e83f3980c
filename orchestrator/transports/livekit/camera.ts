import {
  VideoBufferType,
  VideoRotation,
  VideoStream,
  type RemoteTrack,
  type VideoFrameEvent,
} from "@livekit/rtc-node";
import type { RawFrame } from "../../vision/raw.ts";

/** The native side says that a track has ended with a black frame of 8×8. */
const MIN_SIDE = 16;

const DEGREES = {
  [VideoRotation.VIDEO_ROTATION_0]: 0,
  [VideoRotation.VIDEO_ROTATION_90]: 90,
  [VideoRotation.VIDEO_ROTATION_180]: 180,
  [VideoRotation.VIDEO_ROTATION_270]: 270,
} as const;

/**
 * Reads a camera's or a screen's track until `stop`: always drained, for the native queue has no end.
 * `take` decides what it wants; nothing is converted here.
 */
export function readCamera(
  track: RemoteTrack,
  take: (picture: Omit<RawFrame, "source">) => void,
): { stop(): void } {
  const reader = new VideoStream(track).getReader();
  let stopped = false;
  const pump = async (): Promise<void> => {
    while (!stopped) {
      const { done, value } = await reader.read();
      if (done || stopped) return;
      const picture = toPicture(value);
      if (picture) take(picture);
    }
  };
  void pump().catch(() => {});
  return {
    stop() {
      stopped = true;
      // A stream that is not cancelled stays when its track is gone, and goes on sending black frames.
      void reader.cancel().catch(() => {});
    },
  };
}

function toPicture({ frame, rotation }: VideoFrameEvent): Omit<RawFrame, "source"> | undefined {
  const { data, width, height, type } = frame;
  if (width < MIN_SIDE || height < MIN_SIDE || type !== VideoBufferType.I420) return undefined;
  return {
    data,
    format: "I420",
    width,
    height,
    rotation: DEGREES[rotation],
    capturedAtMs: performance.now(),
  };
}
