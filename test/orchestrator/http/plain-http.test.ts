import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createOwnCertificate } from "../../../orchestrator/http/own-certificate.ts";
import type { TlsFiles } from "../../../orchestrator/http/server.ts";
import { CODE, send, startGateway } from "./gateway-fixture.ts";

let dir: string;
let tls: TlsFiles;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "sightline-certificate-"));
  tls = await createOwnCertificate(["127.0.0.1"], dir);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const start = () => startGateway({ tls, accessCode: CODE });

test("a browser that comes without TLS is sent to where the page is", async () => {
  const { port } = await start();
  const answer = await send(`http://127.0.0.1:${port}/?a=b`, {});
  expect(answer).toMatchObject({ status: 307, text: "" });
  expect(answer.headers).toMatchObject({
    location: `https://127.0.0.1:${port}/?a=b`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
});

test.each([
  ["for another site", { headers: { host: "evil.example" } }],
  ["that sends something", { method: "POST", body: CODE }],
])("a request %s is sent nowhere", async (_, request) => {
  const { port } = await start();
  const answer = await send(`http://127.0.0.1:${port}/`, request);
  expect(answer.json).toMatchObject({ status: 400 });
  expect(answer.headers.location).toBeUndefined();
});

test("noise is answered, silence is let go, and TLS goes on", async () => {
  const gateway = await start();
  const noise = await new Promise<string>((resolve, reject) => {
    const socket = connect(gateway.port, "127.0.0.1", () => socket.write("\u0000\u0001\r\n\r\n"));
    socket.once("data", (chunk) => resolve(chunk.toString())).once("error", reject);
  });
  expect(noise).toContain("HTTP/1.1 400");
  const silent = connect(gateway.port, "127.0.0.1");
  await new Promise((resolve) => silent.once("connect", resolve));
  silent.end();
  await new Promise((resolve) => silent.once("close", resolve));
  const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.ask("/livez")));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
});
