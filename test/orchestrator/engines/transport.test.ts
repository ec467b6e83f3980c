import { afterEach, describe, expect, it } from "vitest";
import { ask, localEngine, question } from "./engine-fixture.ts";
import { readRecording, replay } from "./recordings.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Asks a server that answers with these very bytes, in pieces. */
async function askRecording(
  recording: Buffer,
  options: { readonly pieceBytes?: number; readonly stayOpen?: boolean } = {},
) {
  const server = await replay(recording, options);
  const engine = localEngine(server.url, { gapMs: options.stayOpen ? 80 : 2000 });
  closing.push(
    () => engine.close(),
    () => server.close(),
  );
  const { events, error } = await ask(engine, question);
  return { events, category: error?.category, code: error?.code };
}

const recordings = {
  stream_text_usage: undefined,
  stream_image_usage: undefined,
  stream_stop_string: undefined,
  err_in_stream_400: "midstream-error",
  err_null_unknown_uuid: "image-cache-miss",
  err_queue_full: "http-503",
  err_too_long: "prompt-too-long",
  err_wrong_model: "unknown-model",
  sigterm_drain20_late0: "done-without-finish",
  sigterm_drain20_late2: "http-500",
  engine_killed_stream0: "midstream-error",
} as const;

describe("wire bytes of a real vLLM", () => {
  it.each(Object.entries(recordings))("%s reads the same in pieces of any size", async (name, code) => {
    const recording = readRecording(name);
    const whole = await askRecording(recording);
    expect(whole.code).toBe(code);
    expect(whole.events.some(({ type }) => type === "finish")).toBe(code === undefined);
    for (const pieceBytes of [7, 61, 997]) {
      expect(await askRecording(recording, { pieceBytes })).toEqual(whole);
    }
  });

  it("one byte at a time", async () => {
    const recording = readRecording("stream_one_token");
    expect(await askRecording(recording, { pieceBytes: 1 })).toEqual(await askRecording(recording));
  });

  it.each(["sigterm_drain0_stream0", "sigterm_drain0_keepalive"])(
    "%s hangs, and is given up after the gap",
    async (name) => {
      expect(await askRecording(readRecording(name), { stayOpen: true })).toMatchObject({
        category: "timeout",
        code: "gap",
      });
    },
  );

  it("cut anywhere never passes for an answer", async () => {
    const recording = readRecording("stream_one_token");
    const doneAt = recording.lastIndexOf("[DONE]") + "[DONE]".length;
    for (let end = 40; end < doneAt; end += 97) {
      const { events, category } = await askRecording(recording.subarray(0, end));
      expect(events.some(({ type }) => type === "finish")).toBe(false);
      expect(category).toBe("connectivity");
    }
  });

  it("that are no HTTP are a fault", async () => {
    expect(await askRecording(Buffer.from("SSH-2.0-OpenSSH_9.9\r\n"))).toMatchObject({
      category: "connectivity",
      code: "connect",
    });
  });
});
