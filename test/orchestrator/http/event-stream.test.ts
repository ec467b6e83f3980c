import { fastify, type FastifyReply } from "fastify";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { openEventStream, type EventStream } from "../../../orchestrator/http/event-stream.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => vi.useRealTimers());

/** A server that hands its stream over, and a reader of it. */
async function open() {
  const stream = Promise.withResolvers<EventStream>();
  const app = fastify();
  app.get("/", (_request, reply: FastifyReply) => {
    stream.resolve(openEventStream(reply.header("x-kept", "1")));
  });
  onTestFinished(() => app.close());
  const response = await fetch(await app.listen({ port: 0 }));
  return { stream: await stream.promise, response };
}

test("sends events, each on lines of its own, after the head that the reply had", async () => {
  const { stream, response } = await open();
  stream.send("text", { text: "a\nb" });
  stream.send("end", {});
  stream.end();
  stream.send("text", { text: "too late" });
  expect(await response.text()).toBe('event: text\ndata: {"text":"a\\nb"}\n\nevent: end\ndata: {}\n\n');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-kept": "1",
  });
});

test("keeps a quiet connection alive, until it is over", async () => {
  const { stream, response } = await open();
  vi.advanceTimersByTime(30_000);
  stream.end();
  expect(await response.text()).toBe(":\n\n:\n\n");
  expect(vi.getTimerCount()).toBe(0);
});
