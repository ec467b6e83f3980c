import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createVoice } from "../../../../orchestrator/speech/voice.ts";
import { hear, service } from "../../../standins/tts/hear.ts";
import { wavHead } from "./wav-head.ts";

const TEXT = "I can see two people here, one smiles.";

/** What a server may answer that is no speech. */
interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** The connection breaks instead of ending. */
  readonly breaks: boolean;
}

let answer: Answer;
let url: string;
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(answer.status, { "content-type": answer.contentType });
  response.write(answer.bytes);
  if (answer.breaks) setImmediate(() => response.destroy());
  else response.end();
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => void server.close());

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20_000, minLength: 2000 }),
  fc.uint8Array({ maxLength: 50 }),
  fc.uint8Array({ maxLength: 400 }).map((tail) => Buffer.concat([wavHead(24_000), tail])),
  fc.uint8Array({ maxLength: 60 }).map((tail) => Buffer.concat([Buffer.from("RIFF1234WAVE"), tail])),
  fc.constant(Buffer.alloc(50_000)),
);
const answers: fc.Arbitrary<Answer> = fc.record({
  status: fc.constantFrom(200, 200, 200, 201, 204, 302, 404, 503),
  contentType: fc.constantFrom(
    "audio/pcm",
    "audio/wav",
    "application/octet-stream",
    "text/html",
    "audio/mpeg",
    "audio/pcm;rate=0",
  ),
  bytes,
  breaks: fc.boolean(),
});

describe("a server that sends anything at all", () => {
  it("costs no word: the next voice says them", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (next) => {
        answer = next;
        const voice = await createVoice([service("openai", { url }), service("espeak")], {
          probeAfterMs: 600_000,
        });
        try {
          const heard = voice && (await hear(voice, TEXT));
          expect(heard?.text).toBe(TEXT);
          expect(heard?.places.at(-1)?.name).toBe("espeak");
        } finally {
          await voice?.close();
        }
      }),
      { numRuns: 30 },
    );
  });
});
