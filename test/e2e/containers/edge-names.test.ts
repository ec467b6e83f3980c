import { readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test, vi } from "vitest";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import { createOwnCertificate } from "../../../orchestrator/http/own-certificate.ts";
import { startNameServer } from "../../standins/name-server.ts";
import { testFolder } from "../../standins/photo-files.ts";
import { PROJECT, start } from "../programs.ts";

test("a gateway that was exchanged is found at its new address", async () => {
  const folder = testFolder();
  onTestFinished(() => folder.remove());
  const site = await createOwnCertificate(["page.test"], folder.path);
  const certificate = folder.put("page.pem", site.cert);
  writeFileSync(`${certificate}.key`, site.key);
  const [target, port, inner] = await Promise.all([freeTcpPort(), freeTcpPort(), freeTcpPort()]);
  for (const host of ["127.0.0.1", "127.0.0.2"]) {
    const page = createServer(site, (_request, response) => response.end(host)).listen(target, host);
    onTestFinished(() => {
      page.closeAllConnections();
      page.close();
    });
  }
  const names = await startNameServer("127.0.0.1");
  onTestFinished(() => names.close());
  const config = readFileSync(join(PROJECT, "deploy/turn.cfg"), "utf8")
    .replace("bind :8443", `bind 127.0.0.1:${port}`)
    .replaceAll("127.0.0.1:8444", `127.0.0.1:${inner}`)
    .replace("parse-resolv-conf", `nameserver test 127.0.0.1:${names.port}`);
  const proxy = start("haproxy", ["-W", "-db", "-f", folder.put("turn.cfg", config)], {
    env: {
      TURN_DOMAIN: "turn.test",
      PAGE_TARGET: `gateway.test:${target}`,
      TURN_TARGET: `livekit.test:${target}`,
      PAGE_CERTIFICATE: certificate,
    },
  });
  onTestFinished(async () => {
    proxy.child.kill("SIGTERM");
    await proxy.ended;
  });
  const answeredBy = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = {
        host: "127.0.0.1",
        port,
        servername: "page.test",
        rejectUnauthorized: false,
        agent: false,
      };
      request(options, (answer) => void text(answer).then(resolve, reject))
        .once("error", reject)
        .end();
    });
  const found = (host: string) =>
    vi.waitFor(async () => expect(await answeredBy()).toBe(host), { timeout: 10_000, interval: 100 });
  await found("127.0.0.1");
  names.address = "127.0.0.2";
  await found("127.0.0.2");
}, 40_000);
