import sharp from "sharp";
import { busyPicture } from "../../orchestrator/vision/pictures.ts";
import type { View } from "../../standins/caller/camera.ts";

/** A view without people, for the tiny detector. */
export async function emptyView(seed = 1): Promise<View> {
  return { picture: await busyPicture(640, 480, seed).png().toBuffer() };
}

/** A view with somebody in it, for the tiny detector: magenta. */
export async function personView(seed = 1): Promise<View> {
  const figure = { width: 120, height: 240, channels: 3, background: "#ff00ff" } as const;
  const input = await sharp({ create: figure }).png().toBuffer();
  return {
    picture: await busyPicture(640, 480, seed)
      .composite([{ input, left: 250, top: 160 }])
      .png()
      .toBuffer(),
  };
}
