import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { strictStream, type AnswerLimit } from "../../../orchestrator/engines/strict-stream.ts";
import { EngineError } from "../../../orchestrator/errors.ts";
import { createDeadlines } from "../../../orchestrator/lib/deadline.ts";
import { type Asked, gather } from "./engine-fixture.ts";
import { bodyOf, readRecording } from "./recordings.ts";

const usage = (promptTokens: number, cachedTokens: number, completionTokens: number) => ({
  promptTokens,
  cachedTokens,
  completionTokens,
});
const none = { promptTokens: null, cachedTokens: null, completionTokens: null };

/** What each recording of a real vLLM says. */
const good = {
  stream_text_usage: { text: "Q\uFFFDdodo\uFFFDre", reason: "length", usage: usage(40, 0, 6) },
  stream_text_continuous: { text: "Q\uFFFDdodo", reason: "length", usage: usage(40, 32, 4) },
  stream_text_nousage: { text: "Q\uFFFDdo", reason: "length", usage: none },
  stream_image_usage: { text: " are are are are are are", reason: "length", usage: usage(491, 0, 6) },
  stream_one_token: { text: "han", reason: "length", usage: usage(38, 0, 1) },
  stream_stop_string: { text: "h", reason: "stop", usage: usage(37, 0, 1) },
} as const;

const bad = {
  engine_killed_stream0: { category: "server", code: "midstream-error" },
  engine_killed_stream1: { category: "server", code: "midstream-error" },
  err_in_stream_400: { category: "invalid-request", code: "midstream-error" },
  sigterm_drain20_late0: { category: "server", code: "done-without-finish" },
  sigterm_drain0_keepalive: { category: "connectivity", code: "eof-without-done" },
  abort_client_closed: { category: "connectivity", code: "eof-without-done" },
} as const;

describe("recorded streams of a real vLLM", () => {
  it.each(Object.entries(good))("%s is an answer", async (name, { text, reason, usage }) => {
    const asked = await read([bodyOf(readRecording(name))]);
    expect(asked).toMatchObject({ text, finish: { reason, usage }, error: undefined });
  });

  it.each(Object.entries(bad))("%s is a fault", async (name, { category, code }) => {
    const asked = await read([bodyOf(readRecording(name))]);
    expect(asked.finish).toBeUndefined();
    expect(asked.error).toMatchObject({ category, code });
  });

  it.each([...Object.keys(good), ...Object.keys(bad)])(
    "%s reads the same however it is cut",
    async (name) => {
      const body = bodyOf(readRecording(name)).subarray(-2500);
      const whole = outcome(await read([body]));
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 0, max: body.length }), { maxLength: 40 }),
          async (cuts) => {
            expect(outcome(await read(pieces(body, cuts)))).toEqual(whole);
          },
        ),
        { numRuns: 40 },
      );
      expect(outcome(await read([...body].map((byte) => Uint8Array.of(byte))))).toEqual(whole);
    },
  );

  it("reads the same when cut at any one byte", async () => {
    const body = bodyOf(readRecording("stream_text_continuous"));
    const whole = outcome(await read([body]));
    for (let at = 1; at < body.length; at += 1) {
      expect(outcome(await read([body.subarray(0, at), body.subarray(at)]))).toEqual(whole);
    }
  });
});

describe("a stream cut off at any byte", () => {
  it("never passes for an answer", async () => {
    const body = bodyOf(readRecording("stream_text_usage"));
    const doneAt = body.lastIndexOf("[DONE]") + "[DONE]".length;
    for (let end = 0; end < body.length; end += 1) {
      const asked = await read([body.subarray(0, end)]);
      expect(asked.finish !== undefined, `cut at ${end}`).toBe(end >= doneAt);
      if (end < doneAt) expect(asked.error?.code).toBe("eof-without-done");
    }
  });
});

describe("content type", () => {
  it.each(["text/html", "application/json", "text/event-stream-not", ""])("refuses %j", async (type) => {
    const asked = await gather(
      stream(new Response("data: [DONE]\n\n", { headers: { "content-type": type } })),
    );
    expect(asked.error).toMatchObject({ category: "server", code: "content-type" });
  });

  it("refuses an answer without a body", async () => {
    const headers = { "content-type": "text/event-stream" };
    const asked = await gather(stream(new Response(null, { headers })));
    expect(asked.error).toMatchObject({ code: "content-type" });
  });

  it("takes any spelling of the right one", async () => {
    const body = 'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
    const headers = { "content-type": "Text/Event-Stream ; charset=UTF-8" };
    const asked = await gather(stream(new Response(body, { headers })));
    expect(asked).toMatchObject({ text: "Hi", finish: { reason: "stop" } });
  });
});

describe("the end", () => {
  it("is [DONE]: what follows it means nothing", async () => {
    const body = 'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
    const asked = await read([Buffer.from(`${body}data: {"error":"late"}\n\n\xff`, "latin1")]);
    expect(asked).toMatchObject({ text: "Hi", finish: { reason: "stop" }, error: undefined });
  });

  it("cancels the body when the reader leaves early", async () => {
    let cancelled = false;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) =>
        controller.enqueue(Buffer.from('data: {"choices":[{"delta":{"content":"x"}}]}\n\n')),
      cancel: () => {
        cancelled = true;
      },
    });
    const headers = { "content-type": "text/event-stream" };
    for await (const event of stream(new Response(source, { headers }))) {
      expect(event).toEqual({ type: "text-delta", text: "x" });
      break;
    }
    expect(cancelled).toBe(true);
  });
});

function stream(response: Response): ReturnType<typeof strictStream> {
  const deadlines = createDeadlines<AnswerLimit>([], (limit) => new EngineError("local", "timeout", limit));
  return strictStream(response, { engine: "local", deadlines, gapMs: 1000 });
}

function read(chunks: readonly Uint8Array[]): Promise<Asked> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  return gather(stream(new Response(source, { headers: { "content-type": "text/event-stream" } })));
}

function pieces(body: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const edges = [0, ...cuts.toSorted((a, b) => a - b), body.length];
  return edges.slice(1).map((end, i) => body.subarray(edges[i], end));
}

function outcome({ events, error }: Asked): object {
  return { events, code: error?.code };
}
