import { describe, expect, test } from "vitest";
import { CODE, startGateway, type Asked } from "./gateway-fixture.ts";

const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'self';connect-src 'self' ws://127.0.0.1:7880 http://127.0.0.1:7880;img-src 'self' blob: data:;media-src 'self' blob:;worker-src 'self' blob:;form-action 'self';object-src 'none';base-uri 'none';frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "permissions-policy":
    "camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self), autoplay=(self), geolocation=(), payment=(), usb=(), browsing-topics=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-dns-prefetch-control": "off",
  "x-download-options": "noopen",
  "x-frame-options": "DENY",
  "x-permitted-cross-domain-policies": "none",
  "x-xss-protection": "0",
};

const json = { "content-type": "application/json" };
const bearer = { authorization: `Bearer ${CODE}` };
type Case = readonly [
  name: string,
  path: string,
  request: Asked,
  status: number,
  type: string,
  cache: string | undefined,
];
const PROBLEM = "application/problem+json; charset=utf-8";
const JSON_TYPE = "application/json; charset=utf-8";

const cases: readonly Case[] = [
  ["the page", "/", {}, 200, "text/html; charset=utf-8", "no-cache"],
  ["the page's head", "/", { method: "HEAD" }, 200, "text/html; charset=utf-8", "no-cache"],
  [
    "a script",
    "/assets/main-abc123.js",
    {},
    200,
    "application/javascript; charset=utf-8",
    "public, max-age=31536000, immutable",
  ],
  ["a hidden file", "/.hidden", {}, 404, PROBLEM, "no-store"],
  ["no file", "/nothing", {}, 404, PROBLEM, "no-store"],
  ["a way out of the page", "/..%2f..%2fetc%2fpasswd", {}, 404, PROBLEM, "no-store"],
  ["the configuration", "/api/v1/config", {}, 200, JSON_TYPE, "no-store"],
  ["a token", "/api/v1/livekit/token", { method: "POST", headers: bearer }, 201, JSON_TYPE, "no-store"],
  ["a token by GET", "/api/v1/livekit/token", { headers: bearer }, 200, JSON_TYPE, "no-store"],
  ["a token without the code", "/api/v1/livekit/token", { method: "POST" }, 401, PROBLEM, "no-store"],
  [
    "a token for another room",
    "/api/v1/livekit/token",
    { method: "POST", headers: { ...json, ...bearer }, body: '{"room_name":"x"}' },
    403,
    PROBLEM,
    "no-store",
  ],
  [
    "bad JSON",
    "/api/v1/livekit/token",
    { method: "POST", headers: { ...json, ...bearer }, body: "{" },
    400,
    PROBLEM,
    "no-store",
  ],
  [
    "a poisoned prototype",
    "/api/v1/livekit/token",
    { method: "POST", headers: { ...json, ...bearer }, body: '{"__proto__":{}}' },
    400,
    PROBLEM,
    "no-store",
  ],
  [
    "another kind of body",
    "/api/v1/livekit/token",
    { method: "POST", headers: { "content-type": "text/xml", ...bearer }, body: "<a/>" },
    415,
    PROBLEM,
    "no-store",
  ],
  [
    "too large a body",
    "/api/v1/livekit/token",
    { method: "POST", headers: { ...json, ...bearer }, body: `"${"x".repeat(20_000)}"` },
    413,
    PROBLEM,
    "no-store",
  ],
  [
    "another method",
    "/api/v1/livekit/token",
    { method: "DELETE", headers: bearer },
    404,
    PROBLEM,
    "no-store",
  ],
  [
    "the access code",
    "/api/v1/access",
    { method: "POST", headers: json, body: JSON.stringify({ code: CODE }) },
    204,
    "",
    "no-store",
  ],
  ["the ledger", "/api/v1/ledger", { headers: bearer }, 200, JSON_TYPE, "no-store"],
  ["the ledger's export", "/api/v1/ledger/export", { headers: bearer }, 200, JSON_TYPE, "no-store"],
  ["the ledger without the code", "/api/v1/ledger", {}, 401, PROBLEM, "no-store"],
  [
    "a question",
    "/api/v1/ask",
    { method: "POST", headers: { ...json, ...bearer }, body: '{"question":"what?"}' },
    200,
    "text/event-stream; charset=utf-8",
    "no-store",
  ],
  [
    "no question",
    "/api/v1/ask",
    { method: "POST", headers: { ...json, ...bearer }, body: "{}" },
    400,
    PROBLEM,
    "no-store",
  ],
  ["another host", "/", { headers: { host: "evil.example" } }, 403, PROBLEM, "no-store"],
  [
    "another origin",
    "/api/v1/config",
    { headers: { origin: "https://evil.example" } },
    403,
    PROBLEM,
    "no-store",
  ],
  ["life", "/livez", {}, 200, JSON_TYPE, undefined],
  ["readiness", "/readyz", {}, 200, JSON_TYPE, undefined],
  ["health", "/health", {}, 200, JSON_TYPE, undefined],
  ["metrics", "/metrics", {}, 200, "text/plain; version=0.0.4", "no-store"],
];

describe("every answer", () => {
  test.each(cases)("has its headers: %s", async (_, path, request, status, type, cache) => {
    const gateway = await startGateway({ accessCode: CODE });
    const answer = await gateway.ask(path, request);
    expect({
      status: answer.status,
      type: answer.headers["content-type"] ?? "",
      cache: answer.headers["cache-control"],
    }).toEqual({ status, type, cache });
    expect(answer.headers).toMatchObject(SECURITY_HEADERS);
    expect(answer.headers["strict-transport-security"]).toBeUndefined();
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(answer.headers["server"] ?? answer.headers["x-powered-by"]).toBeUndefined();
  });

  test.each(cases.filter(([, , , status]) => status >= 400))(
    "that is an error is a problem: %s",
    async (_, path, request, status) => {
      const gateway = await startGateway({ accessCode: CODE });
      const { json: problem, headers } = await gateway.ask(path, request);
      expect(Object.keys(problem).sort()).toEqual(["code", "request_id", "status", "title", "type"]);
      expect(problem).toMatchObject({ status, type: `urn:sightline:problem:${String(problem["code"])}` });
      expect(problem["request_id"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers["www-authenticate"]).toBe(status === 401 ? 'Bearer realm="sightline"' : undefined);
    },
  );

  test("before any route has its headers too: an address that is none", async () => {
    const gateway = await startGateway();
    const { status, headers } = await gateway.ask("/%zz");
    expect(status).toBe(400);
    expect(headers).toMatchObject({
      "content-type": PROBLEM,
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
    });
  });

  test("is told to come over HTTPS when that is where the page is", async () => {
    const gateway = await startGateway({ accessCode: CODE, publicOrigins: ["https://calls.example.org"] });
    const { headers } = await gateway.ask("/", { headers: { host: "calls.example.org" } });
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
    expect(headers["content-security-policy"]).toContain("connect-src 'self' wss://calls.example.org;");
  });
});
