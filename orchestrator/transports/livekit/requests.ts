import { z } from "zod";
import type { CallRequest, LocalCommand } from "../../session/call-events.ts";

/** Topic of what a caller's device asks for. */
export const REQUEST_TOPIC = "sightline.request";
/** Bytes of a request, and of a chat message. */
export const MAX_REQUEST_BYTES = 65_536;
/** A question longer than this is not spoken language. */
const MAX_QUESTION = 4000;
/** Requests that may come at once, and how many more each second. */
const BURST = 20;
const PER_SECOND = 5;

const commands = [
  "stop",
  "hang-up",
  "repeat",
  "slower",
  "faster",
  "shorter",
  "more",
  "spell",
  "just-text",
  "ledger",
] as const satisfies readonly LocalCommand[];

const question = z.string().trim().min(1).max(MAX_QUESTION);

const request = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ask"), text: question }),
  z.object({ type: z.literal("command"), command: z.enum(commands) }),
  z.object({ type: z.literal("rate"), rate: z.number().min(0.5).max(2) }),
]);

/** The request in a data message; undefined when it is none. */
export function parseRequest(bytes: Uint8Array): CallRequest | undefined {
  if (bytes.byteLength > MAX_REQUEST_BYTES) return undefined;
  try {
    return request.safeParse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))).data;
  } catch {
    return undefined;
  }
}

/** The question in a chat message; undefined when it is empty or too long. */
export function toQuestion(text: string): CallRequest | undefined {
  const { data } = question.safeParse(text);
  return data === undefined ? undefined : { type: "ask", text: data };
}

/** Whether one more request may be served now: `BURST` at once, `PER_SECOND` in the long run. */
export function createRequestLimit(now: () => number = () => performance.now()): () => boolean {
  let left = BURST;
  let atMs = now();
  return () => {
    const nowMs = now();
    left = Math.min(BURST, left + ((nowMs - atMs) / 1000) * PER_SECOND);
    atMs = nowMs;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
