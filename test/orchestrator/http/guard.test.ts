import { describe, expect, test } from "vitest";
import { startGateway } from "./gateway-fixture.ts";

describe("a request from elsewhere", () => {
  test.each([
    ["a name that was made to point here", "/api/v1/livekit/token", { host: "evil.example" }, "bad-host"],
    [
      "a name that was made to point here, at the port",
      "/api/v1/livekit/token",
      { host: "evil.example:{port}" },
      "bad-host",
    ],
    ["another site's script", "/api/v1/livekit/token", { origin: "https://evil.example" }, "bad-origin"],
    ["a page in a sandbox", "/api/v1/livekit/token", { origin: "null" }, "bad-origin"],
    ["another port of this machine", "/api/v1/livekit/token", { origin: "http://127.0.0.1:1" }, "bad-origin"],
    ["another site's form", "/api/v1/livekit/token", { "sec-fetch-site": "cross-site" }, "bad-origin"],
    [
      "another site's script, in other letters",
      "/%61pi/v1/ledger",
      { "sec-fetch-site": "cross-site" },
      "bad-origin",
    ],
    ["a neighbour's subdomain", "/api/v1/ledger", { "sec-fetch-site": "same-site" }, "bad-origin"],
  ])("is refused: %s", async (_, path, headers, code) => {
    const gateway = await startGateway();
    const own = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace("{port}", String(gateway.port))]),
    );
    const answer = await gateway.ask(path, { headers: own });
    expect(answer.json).toMatchObject({ status: 403, code });
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(gateway.log).toContain(`"code":"${code}"`);
  });

  test("may link to the page, and probes may come from anywhere", async () => {
    const gateway = await startGateway();
    expect((await gateway.ask("/", { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(200);
    expect((await gateway.ask("/livez", { headers: { host: "10.0.0.7:8000" } })).status).toBe(200);
    expect((await gateway.ask("/readyz", { headers: { host: "10.0.0.7:8000" } })).status).toBe(200);
  });

  test("from our own page is answered", async () => {
    const gateway = await startGateway();
    const headers = { origin: gateway.url, "sec-fetch-site": "same-origin" };
    expect((await gateway.post("/api/v1/livekit/token", {}, headers)).status).toBe(201);
  });
});
