import { describe, expect, it } from "vitest";
import type { SimulatorOptions } from "../../../inference/simulator/options.ts";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { ask, blank, jpegUrl, usageOf } from "../../../scripts/contract-vllm-wire.ts";
import { body, get, start, streamed } from "./running.ts";

describe("startSimulator", () => {
  it("refuses a profile that is not there, and KV memory that is too small for a prompt", async () => {
    await expect(startSimulator({ profile: "nope" as "zero" })).rejects.toThrow(
      /expected one of zero, h100-2b/,
    );
    await expect(startSimulator({ kvTokens: 100 })).rejects.toThrow(/kvTokens: got 100/);
  });

  it("says when the port is taken", async () => {
    const simulator = await start();
    await expect(startSimulator({ port: Number(new URL(simulator.url).port) })).rejects.toThrow(/EADDRINUSE/);
  });

  it("refuses connections until it is loaded", async () => {
    const simulator = await start({ startDelayMs: 40 });
    await expect(get(simulator, "/health")).rejects.toThrow(/ECONNREFUSED/);
    await simulator.ready;
    expect((await get(simulator, "/health")).status).toBe(200);
  });

  it("or answers 503 to everything until then", async () => {
    const simulator = await start({ startDelayMs: 40, whileLoading: "unavailable" });
    expect((await get(simulator, "/health")).status).toBe(503);
    expect((await ask(simulator.url, { body })).status).toBe(503);
    await simulator.ready;
    expect((await ask(simulator.url, { body })).status).toBe(200);
  });

  it("can be closed while it loads", async () => {
    const simulator = await startSimulator({ startDelayMs: 60_000 });
    await simulator.close();
    await expect(get(simulator, "/health")).rejects.toThrow(/ECONNREFUSED/);
  });

  it("guards the API alone, with an error that is a string", async () => {
    const simulator = await start({ apiKey: "secret" });
    const refused = await ask(simulator.url, { body });
    expect([refused.status, refused.text]).toEqual([401, '{"error":"Unauthorized"}']);
    expect((await ask(simulator.url, { body, headers: { authorization: "Bearer secret" } })).status).toBe(
      200,
    );
    for (const path of ["/v1/x", "/v2/x", "/inference/x", "/cohere/x"])
      expect((await get(simulator, path)).status).toBe(401);
    for (const path of ["/health", "/metrics", "/version"])
      expect((await get(simulator, path)).status).toBe(200);
  });

  it("takes bodies up to its limit, and pictures of many megabytes below it", async () => {
    const simulator = await start({ bodyLimitBytes: 3_000_000, maxModelLen: 100_000 });
    const large = (length: number) => ({ ...body, ignored: "x".repeat(length) });
    expect((await ask(simulator.url, { body: large(2_900_000) })).status).toBe(200);
    expect((await ask(simulator.url, { body: large(3_100_000) })).status).toBe(413);
  });

  it("says in its answers what it is and what it was sent", async () => {
    const simulator = await start();
    const picture = { type: "image_url", image_url: { url: await jpegUrl(644, 476) } };
    const asked = [{ role: "user", content: [picture, { type: "text", text: "Where is the cup?" }] }];
    const answer = await ask(simulator.url, { body: { ...body, messages: asked } });
    expect(answer.text).toContain('"content":"Simulator: I was sent 1 picture (644×476) and 4 words."');
  });

  it("answers the same twice, on another server too", async () => {
    const [one, two] = [await start({ profile: "h100-2b", seed: 7 }), await start()];
    const answers = await Promise.all(
      [one, one, two].map(async ({ url }) => blank(await ask(url, { body: streamed })).chunks.slice(0, -2)),
    );
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it("answers as configured: a text, a function, a length, a limit", async () => {
    const say = async (options: SimulatorOptions, more: object = {}) =>
      JSON.parse((await ask((await start(options)).url, { body: { ...body, ...more } })).text) as {
        choices: [{ message: { content: string }; finish_reason: string }];
        usage: { completion_tokens: number };
      };
    expect((await say({ answer: "Twelve." })).choices[0].message.content).toBe("Twelve.");
    const echo = await say({ answer: ({ question }) => question.toUpperCase() });
    expect(echo.choices[0].message.content).toBe("WHAT DO YOU SEE?");
    const long = await say({ answer: "One two.", answerTokens: 50 });
    // 50 tokens and the one that ends the turn
    expect([long.usage.completion_tokens, long.choices[0].finish_reason]).toEqual([51, "stop"]);
    const cut = await say({ answer: "One two three." }, { max_completion_tokens: 2 });
    expect([cut.choices[0].message.content, cut.choices[0].finish_reason]).toEqual(["One two", "length"]);
  });

  it("answers a prompt that leaves room for one token, and says what is wrong with one that leaves none", async () => {
    const simulator = await start({ maxModelLen: 128 });
    const say = (words: number) =>
      ask(simulator.url, { body: { ...body, messages: [{ role: "user", content: " a".repeat(words) }] } });
    const around = usageOf(await say(10)).prompt - 10;
    expect(usageOf(await say(127 - around))).toMatchObject({ prompt: 127, completion: 1 });
    expect((await say(128 - around)).text).toContain("max_tokens must be at least 1, got 0.");
    expect((await say(129 - around)).text).toContain("your prompt contains at least 129 input tokens");
  });

  it("closes a picture's cache on demand: a uuid alone is then a 400", async () => {
    const simulator = await start();
    const say = (url: string | null) =>
      ask(simulator.url, {
        body: {
          ...body,
          messages: [
            { role: "user", content: [{ type: "image_url", image_url: url && { url }, uuid: "u" }] },
          ],
        },
      });
    await say(await jpegUrl(64, 64));
    expect((await say(null)).status).toBe(200);
    simulator.flushImages();
    expect((await say(null)).text).toContain("Cache miss for image at index 0 but data is not provided.");
  });
});
