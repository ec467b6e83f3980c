import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import sharp from "sharp";
import type { View } from "./caller/camera.ts";
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

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A person at a browser: Chromium with a microphone and a camera of files in this folder, both allowed. */
export async function startPerson(folder: string, { sound, view }: FakeDevices): Promise<Browser> {
  const [microphone, camera] = [join(folder, "microphone.wav"), join(folder, "camera.y4m")];
  await writeFile(microphone, toWav(resample(sound, SPEECH_RATE, MICROPHONE_RATE), MICROPHONE_RATE));
  await writeFile(camera, await toY4m(view));
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? PROGRAMS.find((path) => existsSync(path)) ?? "chromium",
    headless: true,
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-audio-capture=${microphone}%noloop`,
      `--use-file-for-fake-video-capture=${camera}`,
    ],
  });
}

/** A WAV file of 16-bit mono samples. */
function toWav(samples: Int16Array, sampleRate: number): Buffer {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(sampleRate, 24);
  head.writeUInt32LE(sampleRate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}

/** A video of one second that shows one picture: YUV 4:2:0, BT.601. */
async function toY4m({ picture, width = 640, height = 480 }: View): Promise<Buffer> {
  const rgb = await sharp(picture).resize(width, height, { fit: "fill" }).removeAlpha().raw().toBuffer();
  const planes = toPlanes(rgb, width, height);
  const frame = Buffer.concat([Buffer.from("FRAME\n", "latin1"), planes]);
  const head = `YUV4MPEG2 W${width} H${height} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n`;
  return Buffer.concat([
    Buffer.from(head, "latin1"),
    ...Array.from({ length: FRAMES_PER_SECOND }, () => frame),
  ]);
}

/** Chroma is taken from the first pixel of each square of four. */
function toPlanes(rgb: Buffer, width: number, height: number): Buffer {
  const planes = Buffer.alloc((width * height * 3) / 2);
  const uAt = width * height;
  const vAt = uAt + (width * height) / 4;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const [red, green, blue] = [rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0];
      planes[y * width + x] = 16 + 0.257 * red + 0.504 * green + 0.098 * blue;
      if (x % 2 === 1 || y % 2 === 1) continue;
      const half = (y / 2) * (width / 2) + x / 2;
      planes[uAt + half] = 128 - 0.148 * red - 0.291 * green + 0.439 * blue;
      planes[vAt + half] = 128 + 0.439 * red - 0.368 * green - 0.071 * blue;
    }
  }
  return planes;
}
