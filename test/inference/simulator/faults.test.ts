import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultDocs, parseFaults } from "../../../inference/simulator/faults.ts";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";
import {
  ask,
  askRaw,
  events,
  jpegUrl,
  parseWire,
  type WireAnswer,
} from "../../../scripts/contract-vllm-wire.ts";

const body = {
  model: "vision",
  stream: true,
  stream_options: { include_usage: true },
  messages: [{ role: "user", content: "What do you see?" }],
};
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ answer: "One two three four five six.", shutdownLingerMs: 20 });
});
afterAll(() => simulator.close());

/** What has no end is read for half a second; what has one, to it, however slow the machine is. */
const withFault = (fault: string, more: object = {}): Promise<WireAnswer> =>
  ask(simulator.url, {
    body: { ...body, ...more },
    headers: { "x-simulator-fault": fault },
    ...(/hang|stall/.test(fault) && { timeoutMs: 500 }),
  });
const said = (answer: WireAnswer): string =>
  answer.text
    .split("\n\n")
    .map((event) => /"content":"([^"]*)"/.exec(event)?.[1] ?? "")
    .join("");
const finish = (answer: WireAnswer): string | undefined => /"finish_reason":"(\w+)"/.exec(answer.text)?.[1];
const isDone = (answer: WireAnswer): boolean => answer.text.endsWith("data: [DONE]\n\n");

describe("the sixteen stream faults, each on demand", () => {
  it.each([500, 503, 429, 400])("1–4: status %i", async (status) => {
    const answer = await withFault(`status=${status},retry-after=2`);
    expect(answer.status).toBe(status);
    expect(answer.head).toContain("retry-after: 2");
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: status } });
  });

  it("5: hangs before the head", async () => {
    expect(
      await askRaw(simulator.url, { body, headers: { "x-simulator-fault": "hang" }, timeoutMs: 60 }),
    ).toHaveLength(0);
  });

  it("6: first token, then a stall", async () => {
    const answer = await withFault("stall-after=1");
    expect([said(answer), answer.complete]).toEqual(["One", false]);
  });

  it("7: TCP reset in mid-stream", async () => {
    const failed = await new Promise<string>((resolve) => {
      void fetch(`${simulator.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-simulator-fault": "reset-after=2" },
        body: JSON.stringify(body),
      })
        .then((response) => response.text())
        .then(resolve, (error: Error) => resolve(String((error.cause as { code?: string }).code)));
    });
    expect(failed).toBe("ECONNRESET");
  });

  it("8: a clean end without finish_reason and [DONE]; or the connection cut in the body", async () => {
    const clean = await withFault("end-after=2");
    expect([said(clean), clean.complete, finish(clean), isDone(clean)]).toEqual([
      "One two",
      true,
      undefined,
      false,
    ]);
    const cut = await withFault("cut-after=2");
    expect([said(cut), cut.complete]).toEqual(["One two", false]);
  });

  it("9: an event that is no JSON", async () => {
    const answer = await withFault("bad-json-after=2");
    expect(() => events(answer)).toThrow(SyntaxError);
    expect(isDone(answer)).toBe(true);
  });

  it("10: bytes that are no UTF-8 between events", async () => {
    const bytes = await askRaw(simulator.url, { body, headers: { "x-simulator-fault": "binary-after=2" } });
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes)).toThrow(TypeError);
    expect(isDone(parseWire(bytes))).toBe(true);
  });

  it("11: an error event in mid-stream, then [DONE]", async () => {
    const answer = await withFault("error-after=3");
    expect([said(answer), isDone(answer)]).toEqual(["One two three", true]);
    expect(events(answer).at(-1)).toMatchObject({ error: { code: 500, type: "InternalServerError" } });
  });

  it("12: [DONE] alone", async () => {
    expect((await withFault("empty")).text).toBe("data: [DONE]\n\n");
  });

  it("13: refusal deltas", async () => {
    const answer = await withFault("refusal");
    expect(said(answer)).toBe("");
    expect(answer.text).toContain('"delta":{"refusal":" two"}');
    expect(finish(answer)).toBe("stop");
  });

  it("14, 15: finish_reason content_filter and length", async () => {
    const filtered = await withFault("content-filter=2");
    expect([said(filtered), finish(filtered), isDone(filtered)]).toEqual(["One two", "content_filter", true]);
    const cut = await withFault("length=2");
    expect([said(cut), finish(cut)]).toEqual(["One two", "length"]);
  });

  it("16: 200 with a page", async () => {
    const answer = await withFault("html");
    expect(answer.status).toBe(200);
    expect(answer.head).toContain("content-type: text/html; charset=utf-8");
  });
});

describe("further faults", () => {
  it("drip: a wait before every delta, and nothing else changed", async () => {
    const startMs = performance.now();
    const answer = await withFault("drip=5");
    expect(performance.now() - startMs).toBeGreaterThan(30);
    expect([said(answer), finish(answer), isDone(answer)]).toEqual([
      "One two three four five six.",
      "stop",
      true,
    ]);
  });

  it("abort, drain, no [DONE], no usage", async () => {
    const aborted = await withFault("abort-after=2");
    expect([said(aborted), finish(aborted), isDone(aborted)]).toEqual(["One two", "abort", true]);
    const drained = await withFault("drained");
    expect([said(drained), finish(drained), isDone(drained)]).toEqual(["", undefined, true]);
    expect(drained.text).toContain('"completion_tokens":0');
    const open = await withFault("no-done");
    expect([finish(open), isDone(open), open.complete]).toEqual(["stop", false, true]);
    expect((await withFault("no-usage")).text).not.toContain('"usage"');
  });

  it("a head and nothing more; a late head; a late first token", async () => {
    const hung = await withFault("hang-after-head");
    expect([hung.status, hung.text, hung.complete]).toEqual([200, "", false]);
    for (const fault of ["slow-head=20", "slow-first=20"]) {
      const startMs = performance.now();
      expect(isDone(await withFault(fault))).toBe(true);
      expect(performance.now() - startMs).toBeGreaterThan(18);
    }
  });

  it("image caches: drift is an in-stream 500, and the picture is gone afterwards", async () => {
    const content = (url: string | null) => [{ type: "image_url", image_url: url && { url }, uuid: "a" }];
    const say = async (url: string | null, fault = "") =>
      withFault(fault, { messages: [{ role: "user", content: content(url) }] });
    const url = await jpegUrl(64, 64);
    await say(url);
    expect((await say(null)).status).toBe(200);
    const drift = await say(null, "drift");
    expect(drift.status).toBe(200);
    expect(events(drift)).toMatchObject([{ error: { message: "Internal server error", code: 500 } }]);
    expect((await say(null)).status).toBe(400);
    await say(url);
    expect((await say(null, "flush-images")).status).toBe(400);
  });

  it("flush-blocks: the prompt is computed anew", async () => {
    const long = { messages: [{ role: "user", content: "word ".repeat(60) }] };
    await withFault("", long);
    expect((await withFault("", long)).text).not.toContain('"cached_tokens":0');
    expect((await withFault("flush-blocks", long)).text).toContain('"cached_tokens":0');
  });

  it("gibberish is fluent, long and deterministic", async () => {
    const [one, two] = [await withFault("gibberish"), await withFault("gibberish")];
    expect(said(one).split(" ").length).toBeGreaterThan(10);
    expect(said(two)).toBe(said(one));
  });

  it("whole answers have their faults too", async () => {
    const whole = (fault: string) => withFault(fault, { stream: false, stream_options: undefined });
    expect((await whole("status=503")).status).toBe(503);
    expect((await whole("error-after=0")).status).toBe(500);
    expect((await whole("stall-after=0")).head).toEqual([""]);
    const broken = await whole("bad-json-after=0");
    expect(() => JSON.parse(broken.text) as unknown).toThrow(SyntaxError);
    expect((await whole("cut-after=0")).complete).toBe(false);
    expect(finish(await whole("abort-after=0"))).toBe("abort");
    expect(JSON.parse((await whole("empty")).text)).toMatchObject({ choices: [] });
    expect(JSON.parse((await whole("refusal")).text)).toMatchObject({
      choices: [{ message: { content: null, refusal: "One two three four five six." } }],
    });
    await expect(whole("reset-after=0")).rejects.toThrow(/ECONNRESET/);
  });

  it("for the whole server, overridden by the header", async () => {
    const broken = await startSimulator({ fault: "status=500" });
    expect((await ask(broken.url, { body })).status).toBe(500);
    const healed = await ask(broken.url, { body, headers: { "x-simulator-fault": "none" } });
    expect(healed.status).toBe(200);
    await broken.close();
  });

  it("an unknown fault is a 400 that names the known ones", async () => {
    const answer = await withFault("explode");
    expect(answer.status).toBe(400);
    for (const name of Object.keys(faultDocs)) expect(answer.text).toContain(name);
    expect(() => parseFaults("drip=fast")).toThrow(/drip=fast/);
  });

  it("the engine's death takes every request with it", async () => {
    const doomed = await startSimulator({ shutdownLingerMs: 10 });
    const answer = await ask(doomed.url, { body, headers: { "x-simulator-fault": "engine-dead-after=2" } });
    expect(events(answer).at(-1)).toMatchObject({ error: { code: 500 } });
    expect(isDone(answer)).toBe(true);
    await doomed.closed;
    await doomed.close();
  });
});
