import { describe, expect, it } from "vitest";
import { toEndpoint } from "../../../orchestrator/engines/endpoint.ts";
import { HttpFault, httpFault, midstreamFault } from "../../../orchestrator/engines/http-fault.ts";
import { KEY } from "./engine-fixture.ts";
import { readRecording } from "./recordings.ts";

const endpoint = toEndpoint("local", {
  url: "http://me:pass@127.0.0.1:8000/v1?key=q",
  model: "vision",
  apiKey: KEY,
});

describe("HTTP faults", () => {
  it.each([
    [400, "invalid-request", false],
    [401, "unauthorized", false],
    [403, "unauthorized", false],
    [404, "invalid-request", false],
    [408, "timeout", true],
    [413, "invalid-request", false],
    [422, "invalid-request", false],
    [429, "at-capacity", true],
    [302, "server", true],
    [500, "server", true],
    [502, "server", true],
    [503, "at-capacity", true],
    [504, "server", true],
  ])("%i is %s", (status, category, retryable) => {
    expect(fault(status, "")).toMatchObject({ engine: "local", category, code: `http-${status}`, retryable });
  });

  it.each([
    ["err_null_unknown_uuid", "invalid-request", "image-cache-miss"],
    ["err_queue_full", "at-capacity", "http-503"],
    ["err_too_long", "invalid-request", "prompt-too-long"],
    ["err_wrong_model", "invalid-request", "unknown-model"],
    ["err_bad_image_bytes", "invalid-request", "http-400"],
    ["err_malformed_json", "invalid-request", "http-400"],
    ["sigterm_drain20_late2", "server", "http-500"],
    ["sigterm_drain0_late0", "server", "http-500"],
  ])("%s of a real vLLM is %s %s", (name, category, code) => {
    const [head = "", body = ""] = readRecording(name).toString("utf8").split("\r\n\r\n");
    expect(fault(Number(head.split(" ")[1]), body)).toMatchObject({ category, code });
  });

  it.each([
    [
      400,
      { code: "context_length_exceeded", message: "Too many tokens", param: "messages" },
      "prompt-too-long",
    ],
    [400, { message: "maximum model length of 4096 exceeded" }, "prompt-too-long"],
    [404, { code: "model_not_found", message: "gone", param: null }, "unknown-model"],
    [404, { message: "Not Found" }, "http-404"],
    [429, { code: "insufficient_quota", message: "You exceeded your current quota" }, "http-429"],
  ])("%i with %j is %s", (status, error, code) => {
    expect(fault(status, JSON.stringify({ error }))).toMatchObject({ code });
  });

  it("says how many pictures the server takes, also inside a stream", () => {
    const error = { message: "At most 12 image(s) may be provided in one prompt.", code: 400 };
    const expected = { category: "invalid-request", code: "too-many-pictures", mostPictures: 12 };
    expect(fault(400, JSON.stringify({ error }))).toMatchObject(expected);
    expect(fault(400, JSON.stringify({ error })).message).toContain("set LOCAL_PICTURES to 11");
    expect(midstreamFault("local", { error })).toMatchObject(expected);
    expect(fault(400, "").mostPictures).toBeUndefined();
  });

  it("does not retry an account without quota", () => {
    expect(fault(429, '{"error":{"code":"insufficient_quota"}}').retryable).toBe(false);
  });

  it("says what to do", () => {
    expect(fault(401, '{"error":"Unauthorized"}').message).toBe(
      "local engine: the server at http://127.0.0.1:8000/v1 refused the key (401); set LOCAL_ENGINE_API_KEY to a key that it accepts",
    );
    const tooLong = '{"error":{"message":"This model\'s maximum context length is 4096 tokens. However"}}';
    expect(fault(400, tooLong).message).toContain("longer than the model's context of 4096 tokens");
    expect(fault(404, '{"error":{"param":"model"}}').message).toContain('"vision"; set LOCAL_ENGINE_MODEL');
    expect(fault(400, '{"error":{"param":"temperature"}}').message).toContain(
      "because of the field temperature",
    );
    const keyless = toEndpoint("cloud", { url: "https://api.example/v1", model: "m", apiKey: undefined });
    expect(httpFault(keyless, { status: 401, body: "", retryAfter: null }).message).toContain(
      "set CLOUD_ENGINE_API_KEY because it wants a key",
    );
  });

  it("never repeats the server's text, the key or what stands in the URL", () => {
    const secrets = ["my own question", KEY, "pass", "key=q"];
    const text = `${secrets.join(" ")} maximum context length is 12 tokens`;
    const bodies = [
      text,
      JSON.stringify({ error: text }),
      JSON.stringify({ detail: text }),
      JSON.stringify({ error: { message: text, type: text, param: text, code: text } }),
      JSON.stringify({ message: text, object: "error" }),
      `<html>${text}</html>`,
    ];
    for (const status of [301, 400, 401, 403, 404, 413, 422, 429, 500, 503]) {
      for (const body of bodies) {
        const { message, stack, cause } = fault(status, body);
        for (const secret of secrets) expect(`${message}${stack}${String(cause)}`).not.toContain(secret);
      }
    }
    expect(midstreamFault("local", { error: { message: text, code: 500 } }).message).not.toContain(
      "question",
    );
  });

  it("survives any error body", () => {
    for (const body of [
      "",
      "null",
      "[]",
      "3",
      '{"error":null}',
      '{"error":{"message":{"a":1}}}',
      '{"error":[]}',
    ]) {
      expect(fault(500, body)).toBeInstanceOf(HttpFault);
      expect(fault(404, body).code).toBe("http-404");
    }
  });

  it.each([
    ["2", 2000],
    ["0", 0],
    ["1.5", 1500],
    ["", undefined],
    ["soon", undefined],
    ["Wed, 21 Oct 2015 07:28:00 GMT", 0],
  ])("reads Retry-After %j", (retryAfter, expected) => {
    expect(httpFault(endpoint, { status: 503, body: "", retryAfter }).retryAfterMs).toBe(expected);
  });

  it("reads Retry-After as a date", () => {
    const retryAfter = new Date(Date.now() + 5000).toUTCString();
    const delayMs = httpFault(endpoint, { status: 503, body: "", retryAfter }).retryAfterMs;
    expect(delayMs).toBeGreaterThan(3000);
    expect(delayMs).toBeLessThanOrEqual(5000);
  });
});

function fault(status: number, body: string): HttpFault {
  return httpFault(endpoint, { status, body, retryAfter: null });
}
