import { ApiError } from "./api-error.ts";

/**
 * The faults that can be asked for, by the `x-simulator-fault` header or for the whole server, several
 * joined by a comma: `stall-after=3`, `status=503`, `drip=500,length=4`. N counts deltas with text.
 */
export const faultDocs = {
  none: "none: no fault, where the whole server has one",
  status: "status=N: answers that HTTP status at once (400, 401, 404, 429, 500, 503, …)",
  "retry-after": "retry-after=N: adds Retry-After, in seconds, to status=N",
  hang: "hang: accepts the request and never answers, not even a head",
  "hang-after-head": "hang-after-head: a head, comments if they are on, and never a data event",
  "slow-head": "slow-head=MS: waits before everything",
  "slow-first": "slow-first=MS: waits between the head and the first data event",
  drip: "drip=MS: waits before every delta",
  "stall-after": "stall-after=N: nothing more after N deltas, connection open",
  "reset-after": "reset-after=N: TCP reset after N deltas",
  "cut-after": "cut-after=N: the socket closes after N deltas, in the middle of the chunked body",
  "end-after": "end-after=N: a clean end after N deltas: no finish_reason, no [DONE]",
  "bad-json-after": "bad-json-after=N: an event that is no JSON after N deltas, then the rest",
  "binary-after": "binary-after=N: bytes that are no UTF-8 between two events after N deltas, one delta lost",
  "error-after": "error-after=N: an in-stream error event after N deltas, then [DONE]",
  "abort-after": "abort-after=N: finish_reason abort after N deltas, as a server that cuts the answer",
  empty: "empty: a stream of [DONE] alone",
  drained: "drained: role, usage, [DONE] and no finish_reason, as from a server that drains",
  refusal: "refusal: the answer comes in refusal deltas, as from OpenAI",
  "content-filter": "content-filter=N: finish_reason content_filter after N deltas",
  length: "length=N: finish_reason length after N tokens",
  html: "html: 200 with a text/html page",
  "no-done": "no-done: everything but [DONE]",
  "no-usage": "no-usage: no usage chunk",
  drift: "drift: image caches disagree: an in-stream 500, and the cache is flushed",
  "flush-images": "flush-images: empties the image cache before the request",
  "flush-blocks": "flush-blocks: empties the prefix cache before the request",
  "wrong-pixels": "wrong-pixels: the colour question is answered as if the pixels were other ones",
  gibberish: "gibberish: words without sense",
  "engine-dead-after": "engine-dead-after=N: the engine dies after N deltas, for every request and for good",
} as const;

export type FaultName = keyof typeof faultDocs;

/** The faults of one request, with their numbers; 0 where none was given. */
export type Faults = ReadonlyMap<FaultName, number>;

/**
 * Parses a list of faults; undefined for none.
 *
 * @throws {ApiError} 400 for a word that is no fault.
 */
export function parseFaults(text: string | undefined): Faults | undefined {
  if (text === undefined || text === "") return undefined;
  const faults = new Map<FaultName, number>();
  for (const item of text.split(",")) {
    const [name = "", value = "0"] = item.trim().split("=");
    const number = Number(value);
    if (!Object.hasOwn(faultDocs, name) || !Number.isFinite(number))
      throw new ApiError(
        400,
        "SimulatorError",
        `x-simulator-fault: ${item.trim()} is none of ${Object.keys(faultDocs).join(", ")}`,
      );
    faults.set(name as FaultName, number);
  }
  return faults;
}
