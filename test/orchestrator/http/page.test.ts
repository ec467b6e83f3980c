import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SCRIPT, send, startGateway } from "./gateway-fixture.ts";

const PATH = "/assets/main-abc123.js";

describe("the page", () => {
  test.each([
    ["br", "gzip, deflate, br"],
    ["gzip", "gzip"],
  ])("comes compressed with %s to whoever takes %s", async (encoding, accepted) => {
    const gateway = await startGateway();
    const response = await fetch(gateway.url + PATH, { headers: { "accept-encoding": accepted } });
    expect(response.headers.get("content-encoding")).toBe(encoding);
    expect(response.headers.get("vary")).toContain("accept-encoding");
    expect(response.headers.get("content-type")).toBe("application/javascript; charset=utf-8");
    expect(await response.text()).toBe(SCRIPT);
    const length = Number(response.headers.get("content-length"));
    expect(length).toBeLessThan(SCRIPT.length / 5);
  });

  test("comes as it is to whoever takes nothing else", async () => {
    const gateway = await startGateway();
    const answer = await send(gateway.url + PATH, { headers: { "accept-encoding": "identity" } });
    expect(answer.headers["content-encoding"]).toBeUndefined();
    expect(answer.text).toBe(SCRIPT);
  });

  test("is not sent again when it has not changed", async () => {
    const gateway = await startGateway();
    const first = await gateway.ask("/");
    const headers = { "if-none-match": String(first.headers.etag) };
    expect(await gateway.ask("/", { headers })).toMatchObject({ status: 304, text: "" });
  });

  test.each([["/.hidden"], ["/assets"], ["/assets/"], ["/../package.json"], ["/%2e%2e/package.json"]])(
    "is all that is served: %s",
    async (path) => {
      const gateway = await startGateway();
      expect((await gateway.ask(path)).status).toBe(404);
    },
  );

  test("says so when it is not built, and the API works", async () => {
    const gateway = await startGateway({ pageDir: join(import.meta.dirname, "nowhere") });
    expect((await gateway.ask("/")).json).toMatchObject({ status: 503, code: "page-not-built" });
    expect((await gateway.ask("/api/v1/config")).status).toBe(200);
  });
});
