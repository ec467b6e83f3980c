import { type Behaviour, delta, events, fails, finish, hangs, role, says, usage } from "./openai-server.ts";

/** One of the 16 ways in which a chat stream goes wrong (reliability reference §3). */
export interface StreamFault {
  readonly row: number;
  readonly upstream: string;
  readonly behaviour: Behaviour;
  /** How an adapter that notices it says so: the code of an error, or the reason of a finish. */
  readonly detected: { readonly error: string } | { readonly finish: string };
}

const half = [role, delta({ content: "The door is" }), delta({ content: " on your" })] as const;
const rest = [delta({ content: " left." }), finish("stop"), usage(40, 32, 3), "[DONE]"] as const;

function after(then: Behaviour): Behaviour {
  return async (reply, request) => {
    reply.head();
    for (const event of half) reply.event(event);
    // The first tokens are to be on the wire before the fault.
    await reply.wait(20);
    await then(reply, request);
  };
}

const upTo = (write: (reply: Parameters<Behaviour>[0]) => void): Behaviour =>
  after((reply) => {
    write(reply);
    for (const event of rest) reply.event(event);
    reply.end();
  });

export const streamFaults: readonly StreamFault[] = [
  { row: 1, upstream: "500", behaviour: fails(500), detected: { error: "http-500" } },
  { row: 2, upstream: "503", behaviour: fails(503), detected: { error: "http-503" } },
  { row: 3, upstream: "429", behaviour: fails(429), detected: { error: "http-429" } },
  { row: 4, upstream: "400", behaviour: fails(400), detected: { error: "http-400" } },
  { row: 5, upstream: "hangs before headers", behaviour: hangs, detected: { error: "ttft" } },
  { row: 6, upstream: "first token, then stall", behaviour: after(() => {}), detected: { error: "gap" } },
  {
    row: 7,
    upstream: "TCP reset mid-stream",
    behaviour: after((reply) => reply.reset()),
    detected: { error: "reset" },
  },
  {
    row: 8,
    upstream: "clean end, no finish_reason, no [DONE]",
    behaviour: after((reply) => reply.end()),
    detected: { error: "eof-without-done" },
  },
  {
    row: 9,
    upstream: "bad JSON in an event",
    behaviour: upTo((reply) => reply.event('{"id":"chatcmpl-1","choices":[{"index":0,"del')),
    detected: { error: "decode" },
  },
  {
    row: 10,
    upstream: "binary bytes between events",
    behaviour: upTo((reply) => reply.raw(Uint8Array.from([0xff, 0xfe, 0x00, 0x9c, 0x0a, 0x0a]))),
    detected: { error: "decode" },
  },
  {
    row: 11,
    upstream: "error event mid-stream",
    behaviour: after((reply) => {
      reply.event({
        error: { message: "upstream text", type: "InternalServerError", param: null, code: 500 },
      });
      reply.event("[DONE]");
      reply.end();
    }),
    detected: { error: "midstream-error" },
  },
  {
    row: 12,
    upstream: "empty stream + [DONE]",
    behaviour: events("[DONE]"),
    detected: { error: "done-without-finish" },
  },
  {
    row: 13,
    upstream: "refusal delta",
    behaviour: events(role, delta({ refusal: "I can't help with that." }), finish("stop"), "[DONE]"),
    detected: { finish: "refusal" },
  },
  {
    row: 14,
    upstream: "finish_reason content_filter",
    behaviour: events(...half, finish("content_filter"), "[DONE]"),
    detected: { finish: "content-filter" },
  },
  {
    row: 15,
    upstream: "finish_reason length",
    behaviour: says("The door| is on", { finish: "length" }),
    detected: { finish: "length" },
  },
  {
    row: 16,
    upstream: "200 with text/html",
    behaviour: (reply) => {
      reply.head(200, { "content-type": "text/html" });
      reply.raw("<html><body>Sign in to the wireless network</body></html>");
      reply.end();
    },
    detected: { error: "content-type" },
  },
];
