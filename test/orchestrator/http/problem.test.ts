import { describe, expect, test } from "vitest";
import { Problem, problems, toProblem, toRawProblem } from "../../../orchestrator/http/problem.ts";

const withStatus = (statusCode: number) => Object.assign(new Error("inner"), { statusCode });

describe("a fault becomes a problem", () => {
  test.each([
    ["a fault of our own", new Error("inner"), "internal"],
    ["what is no error", "inner", "internal"],
    ["a status of success", withStatus(200), "internal"],
    ["a status of the server", withStatus(503), "internal"],
    ["a body that is too large", withStatus(413), "too-large"],
    ["a body of another kind", withStatus(415), "unsupported-media-type"],
    ["no such route", withStatus(404), "not-found"],
    ["a request that took too long", withStatus(408), "timeout"],
    ["any other fault of the request", withStatus(400), "bad-request"],
    ["a problem", new Problem("busy"), "busy"],
  ])("%s", (_, error, code) => {
    expect(toProblem(error).code).toBe(code);
  });
});

test.each(Object.entries(problems))("%s says in a sentence what is wrong", (code, [status, title]) => {
  expect(code).toMatch(/^[a-z-]+$/);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(title).toMatch(/^[A-Z].*\.$/);
});

test("over a raw socket it is a whole answer", () => {
  const [head = "", body = ""] = toRawProblem("bad-host", "id-1").split("\r\n\r\n");
  expect(head).toMatch(/^HTTP\/1\.1 403 Refused\r\n/);
  expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
  expect(JSON.parse(body)).toMatchObject({ status: 403, code: "bad-host", request_id: "id-1" });
});
