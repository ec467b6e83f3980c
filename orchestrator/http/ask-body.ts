import { z } from "zod";
import { questionIn } from "../turn/question.ts";
import { PHOTO_LIMITS, UPLOAD_LIMITS } from "../vision/decode.ts";
import type { AskedPicture } from "./ask.ts";
import { Problem } from "./problem.ts";

const QUESTION_LIMIT = 2000;
/** The words, the field names and the boundaries around a picture. */
const AROUND_BYTES = 64 * 1024;

/** JSON holds the picture as base64, which adds a third. */
export const JSON_LIMIT_BYTES = Math.ceil((UPLOAD_LIMITS.maxBytes * 4) / 3) + AROUND_BYTES;
export const FORM_LIMIT_BYTES = PHOTO_LIMITS.maxBytes + AROUND_BYTES;

export interface AskBody {
  readonly question: string;
  readonly picture: AskedPicture | undefined;
}

const question = z
  .string()
  .max(QUESTION_LIMIT)
  .transform((text, context) => questionIn(text) ?? (context.addIssue("no word in it"), z.NEVER));
const json = z.object({
  question,
  image: z
    .string()
    .regex(/^data:image\/(jpeg|png|webp);base64,[A-Za-z0-9+/]+={0,2}$/)
    .nullish(),
});

/** A question as JSON: `image` is a data URL of at most 1 MiB. @throws {Problem} */
export function fromJson(value: unknown): AskBody {
  const parsed = json.safeParse(value);
  if (!parsed.success) {
    const isPicture = parsed.error.issues.some(({ path }) => path[0] === "image");
    throw new Problem(isPicture ? "bad-picture" : "bad-request");
  }
  const { image } = parsed.data;
  if (!image) return { question: parsed.data.question, picture: undefined };
  const bytes = Buffer.from(image.slice(image.indexOf(",") + 1), "base64");
  return { question: parsed.data.question, picture: { bytes, kind: "upload" } };
}

/** A question as a form: `photo` is a file of at most 32 MiB. @throws {Problem} */
export async function fromForm(body: Uint8Array, contentType: string): Promise<AskBody> {
  const form = await new Response(Uint8Array.from(body), { headers: { "content-type": contentType } })
    .formData()
    .catch((cause: unknown) => {
      throw new Problem("bad-request", { cause });
    });
  const words = question.safeParse(form.get("question"));
  const photo = form.get("photo");
  if (!words.success) throw new Problem("bad-request");
  if (!photo || (photo instanceof Blob && photo.size === 0))
    return { question: words.data, picture: undefined };
  if (typeof photo === "string") throw new Problem("bad-picture");
  return { question: words.data, picture: { bytes: await photo.bytes(), kind: "photo" } };
}
