import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer, SimulatorOptions } from "../../../inference/simulator/options.ts";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";
import { ask, blank, events, jpegUrl, type WireAnswer } from "../../../scripts/contract-vllm-wire.ts";
import { fixture } from "./fixture.ts";

const user = (content: unknown): object => ({ role: "user", content });
const text = { model: "vision", messages: [user("What do you see?")] };
const streamed = { ...text, stream: true, stream_options: { include_usage: true } };

/** The texts of a recorded stream's tokens, to be answered again. */
function answerOf(recorded: WireAnswer): Answer {
  return events(recorded).flatMap((event) => {
    const [choice] = (event["choices"] ?? []) as { delta: { role?: string; content: string } }[];
    return choice === undefined || choice.delta.role !== undefined ? [] : [choice.delta.content];
  });
}

async function answerAgain(
  name: string,
  body: object,
  options: SimulatorOptions = {},
  headers: Record<string, string> = {},
): Promise<WireAnswer> {
  const recorded = options.answer ?? answerOf(fixture(name));
  const simulator = await startSimulator({ maxModelLen: 4096, ...options, answer: recorded });
  const answer = await ask(simulator.url, { body, headers });
  await simulator.close();
  return answer;
}

describe("streams, byte for byte as recorded from a real vLLM", () => {
  it.each([
    ["stream_text_usage", { ...streamed, max_completion_tokens: 6 }],
    ["stream_text_nousage", { ...text, stream: true, max_completion_tokens: 3 }],
    ["stream_one_token", { ...streamed, max_completion_tokens: 1 }],
    [
      "stream_text_continuous",
      {
        ...streamed,
        max_completion_tokens: 4,
        stream_options: { include_usage: true, continuous_usage_stats: true },
      },
    ],
  ])("%s", async (name, body) => {
    expect(blank(await answerAgain(name, body))).toEqual(blank(fixture(name)));
  });

  it("stream_image_usage", async () => {
    const picture = { type: "image_url", image_url: { url: await jpegUrl(644, 476) } };
    const body = {
      ...streamed,
      max_completion_tokens: 6,
      messages: [user([picture, { type: "text", text: "?" }])],
    };
    expect(blank(await answerAgain("stream_image_usage", body))).toEqual(
      blank(fixture("stream_image_usage")),
    );
  });

  it("stream_stop_string: the text before the stop string is still sent", async () => {
    const body = { ...streamed, max_completion_tokens: 9, stop: ["a"] };
    const answer = await answerAgain("stream_stop_string", body, { answer: ["han", "d"] });
    expect(blank(answer)).toEqual(blank(fixture("stream_stop_string")));
  });

  it("nonstream_image", async () => {
    const picture = { type: "image_url", image_url: { url: await jpegUrl(644, 476) } };
    const body = {
      ...text,
      max_completion_tokens: 4,
      messages: [user([picture, { type: "text", text: "?" }])],
    };
    const answer = await answerAgain("nonstream_image", body, { answer: [" are", " are", " are", " are"] });
    expect(blank(answer)).toEqual(blank(fixture("nonstream_image")));
  });

  it("keepalive_4: comments while the first token is not there, then the stream", async () => {
    const recorded = fixture("keepalive_4");
    const answer = await answerAgain(
      "keepalive_4",
      { ...streamed, max_completion_tokens: 2 },
      { keepAliveCommentsMs: 10, answer: ["\u0007", ""], fault: "slow-first=45" },
    );
    const comments = answer.chunks.filter((chunk) => chunk.startsWith(":"));
    expect(comments.length).toBeGreaterThanOrEqual(2);
    expect(new Set(comments)).toEqual(new Set([recorded.chunks[0]]));
    expect(blank(answer).chunks.slice(comments.length, comments.length + 2)).toEqual(
      blank(recorded).chunks.slice(3, 5),
    );
  });
});

describe("errors, byte for byte", () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ maxModelLen: 4096 });
  });
  afterAll(() => simulator.close());

  const picture = (url: string | null, uuid?: string): object =>
    user([{ type: "image_url", image_url: url === null ? null : { url }, uuid }]);
  const data = (bytes: Buffer): string => `data:image/jpeg;base64,${bytes.toString("base64")}`;

  it.each([
    ["err_wrong_model", { ...text, model: "nope" }],
    ["err_messages_missing", { model: "vision" }],
    ["err_malformed_json", '{"model": "vision", "messages": [}'],
    ["err_stray_stream_options", { ...text, stream_options: { include_usage: true } }],
    ["err_too_long", { ...text, messages: [user("word ".repeat(5000))] }],
    ["err_null_unknown_uuid", { ...text, messages: [picture(null, "never-seen")] }],
    ["err_bad_image_bytes", { ...text, messages: [picture(data(Buffer.from("not a picture at all")))] }],
  ])("%s", async (name, body) => {
    const answer = blank(await ask(simulator.url, { body }));
    const recorded = blank(fixture(name));
    expect(answer.head).toBe(recorded.head);
    expect(answer.chunks).toEqual(recorded.chunks);
  });

  it("err_truncated_jpeg", async () => {
    const whole = Buffer.from((await jpegUrl(64, 64)).split(",")[1] ?? "", "base64");
    const body = { ...text, messages: [picture(data(whole.subarray(0, whole.length - 30)))] };
    const answer = await ask(simulator.url, { body });
    const bytesLeft = (chunk: string | undefined): string => chunk?.replace(/\d+ bytes/, "N bytes") ?? "";
    expect(answer.status).toBe(400);
    expect(bytesLeft(answer.chunks[0])).toBe(bytesLeft(fixture("err_truncated_jpeg").chunks[0]));
  });

  it("err_in_stream_400: found out after the head", async () => {
    const answer = await ask(simulator.url, { body: { ...streamed, logprobs: true, top_logprobs: 99 } });
    expect(blank(answer)).toEqual(blank(fixture("err_in_stream_400")));
  });

  it("err_queue_full: running and waiting requests count", async () => {
    const full = await startSimulator({ maxNumQueuedReqs: 0 });
    const answer = await ask(full.url, { body: text });
    await full.close();
    expect(blank(answer)).toEqual(blank(fixture("err_queue_full")));
  });
});
