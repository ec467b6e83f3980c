import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import sharp from "sharp";
import { writeWav } from "../../orchestrator/lib/wav.ts";
import type { View } from "./caller/camera.ts";
import { launchChromium, writeY4m } from "./chromium.ts";
import { resample } from "./speech/resample.ts";
import { SPEECH_RATE } from "./speech/synthesise.ts";

/** What a browser's fake devices give. */
export interface FakeDevices {
  /** 16 kHz; heard once, from the moment that the microphone is opened. */
  readonly sound: Int16Array;
  readonly view: View;
}

const MICROPHONE_RATE = 48_000;
const FRAMES_PER_SECOND = 5;

/** A person at a browser: Chromium with a microphone and a camera of files in this folder, both allowed. */
export async function startPerson(folder: string, { sound, view }: FakeDevices): Promise<Browser> {
  const [microphone, camera] = [join(folder, "microphone.wav"), join(folder, "camera.y4m")];
  const samples = resample(sound, SPEECH_RATE, MICROPHONE_RATE);
  await writeFile(microphone, writeWav({ samples, sampleRate: MICROPHONE_RATE }));
  const { picture, width = 640, height = 480 } = view;
  const rgb = await sharp(picture).resize(width, height, { fit: "fill" }).removeAlpha().raw().toBuffer();
  await writeY4m(camera, rgb, { width, height, frames: FRAMES_PER_SECOND });
  return launchChromium([
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    `--use-file-for-fake-audio-capture=${microphone}%noloop`,
    `--use-file-for-fake-video-capture=${camera}`,
  ]);
}
