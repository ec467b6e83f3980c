import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttp, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { healthy } from "../../../orchestrator/commands/healthy.ts";
import { createOwnCertificate } from "../../../orchestrator/http/own-certificate.ts";
import { runCommand } from "../../standins/command.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

it.each([
  [200, 0],
  [204, 1],
  [302, 1],
  [503, 1],
])("an answer of %i is exit code %i, without a word", async (status, code) => {
  const port = await listen(createHttp((_request, response) => response.writeHead(status).end()));
  const ran = await runCommand(healthy, [`http://127.0.0.1:${port}/health`]);
  expect(ran).toEqual({ code, stdout: "", stderr: "" });
});

it("a certificate of the program's own making is as good as any", async () => {
  const folder = mkdtempSync(join(tmpdir(), "healthy-"));
  const certificate = await createOwnCertificate(["page.test"], folder);
  rmSync(folder, { recursive: true });
  const port = await listen(createHttps(certificate, (_request, response) => response.end()));
  expect(await runCommand(healthy, [`https://127.0.0.1:${port}/readyz`])).toMatchObject({ code: 0 });
});

it("whoever does not listen is not well", async () => {
  const port = await listen(createHttp());
  await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
  expect(await runCommand(healthy, [`http://127.0.0.1:${port}/`])).toMatchObject({ code: 1, stderr: "" });
});

it.each([
  [[], '""'],
  [["http://example.org/"], '"http://example.org/"'],
  [["ftp://127.0.0.1/"], '"ftp://127.0.0.1/"'],
  [["http://127.0.0.1/", "http://127.0.0.1/"], '"http://127.0.0.1/ http://127.0.0.1/"'],
])("%j is no use", async (args, shown) => {
  const ran = await runCommand(healthy, args);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(`healthy: got ${shown}; expected one http or https address on loopback`);
});

it("--help", async () => {
  expect((await runCommand(healthy, ["--help"])).stdout).toMatch(/^usage: sightline healthy URL/);
});
