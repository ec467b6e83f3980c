import sharp from "sharp";
import { drawFigure, drawRoom } from "../../../inference/gate/figure.ts";
import type { Picture } from "../../../inference/gate/picture.ts";
import type { RunningGate } from "../../../inference/gate/start.ts";

/** A JPEG with a person for the tiny detector, and one of the empty room. */
export const person = await toJpeg(drawFigure(640, 360));
export const room = await toJpeg(drawRoom(640, 360));

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & { readonly score?: number };
}

/** Asks a gate about a picture. */
export async function judge(
  at: RunningGate,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await fetch(`${at.url}/v1/judge`, {
    method: "POST",
    body: typeof body === "string" ? body : Uint8Array.from(body),
    headers: { "content-type": "image/jpeg", ...headers },
  });
  return { status: answer.status, body: (await answer.json()) as Answer["body"] };
}

/** Asks a gate for anything else. */
export async function get(at: RunningGate, path: string): Promise<Answer> {
  const answer = await fetch(at.url + path);
  return { status: answer.status, body: (await answer.json()) as Answer["body"] };
}

function toJpeg({ rgb, width, height }: Picture): Promise<Buffer> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90, chromaSubsampling: "4:4:4" })
    .toBuffer();
}
