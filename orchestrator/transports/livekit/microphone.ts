import { AudioStream, type RemoteTrack } from "@livekit/rtc-node";
import type { Pcm } from "../../lib/pcm.ts";

/** What a call hears: 16 kHz mono in pieces of 10 ms, so that silence is counted to 10 ms. */
const FORMAT = { sampleRate: 16_000, numChannels: 1, frameSizeMs: 10 } as const;

/** Reads a microphone's track from now on, until `stop` or the track's end. */
export function readMicrophone(track: RemoteTrack, hear: (audio: Pcm) => void): { stop(): void } {
  const reader = new AudioStream(track, FORMAT).getReader();
  let stopped = false;
  const pump = async (): Promise<void> => {
    while (!stopped) {
      const { done, value } = await reader.read();
      if (done || stopped) return;
      hear({ samples: value.data, sampleRate: value.sampleRate });
    }
  };
  void pump().catch(() => {});
  return {
    stop() {
      stopped = true;
      void reader.cancel().catch(() => {});
    },
  };
}
