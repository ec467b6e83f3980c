import { chmod } from "node:fs/promises";
import { expect, test } from "vitest";
import { startLivekitServer } from "../../../orchestrator/assets/livekit-process.ts";
import { testFolder } from "../../standins/photo-files.ts";

/** A program in place of livekit-server that answers on the port of its configuration. */
const ANSWERS = `#!${process.execPath}
const { readFileSync } = require("node:fs");
const settings = JSON.parse(readFileSync(process.argv[3], "utf8"));
require("node:http").createServer((_, response) => response.end(JSON.stringify(settings))).listen(settings.port, "127.0.0.1");
`;

test("it is told to stay on loopback, with a secret of this run, and ends with us", async () => {
  const folder = testFolder();
  try {
    const binary = folder.put("server", ANSWERS);
    await chmod(binary, 0o755);
    const server = await startLivekitServer({ binary });
    const settings = (await (await fetch(`http://127.0.0.1:${server.port}/`)).json()) as Settings;
    expect(settings.bind_addresses).toEqual(["127.0.0.1"]);
    expect(settings.rtc).toMatchObject({
      node_ip: "127.0.0.1",
      udp_port: server.mediaPort,
      interfaces: { includes: ["lo"] },
      ips: { includes: ["127.0.0.1/32"] },
      stun_servers: ["127.0.0.1:3478"],
    });
    expect(settings.keys).toEqual({ [server.apiKey]: server.apiSecret });
    expect(server.apiSecret.length).toBeGreaterThanOrEqual(32);
    await server.close();
    await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow("fetch failed");
  } finally {
    folder.remove();
  }
});
test("for others of the network it takes media at the one address that they are told", async () => {
  const folder = testFolder();
  try {
    const binary = folder.put("server", ANSWERS);
    await chmod(binary, 0o755);
    const own = "127.0.0.1";
    const server = await startLivekitServer({ binary, lan: own });
    const { rtc } = (await (await fetch(`http://${own}:${server.port}/`)).json()) as Settings;
    expect(rtc).toMatchObject({
      node_ip: own,
      interfaces: { includes: ["lo"] },
      ips: { includes: [`${own}/32`] },
    });
    await server.close();
  } finally {
    folder.remove();
  }
});
interface Settings {
  readonly bind_addresses: readonly string[];
  readonly rtc: object;
  readonly keys: object;
}

test("a program that ends at once is a fault in words", async () => {
  const folder = testFolder();
  try {
    const binary = folder.put("server", "#!/bin/sh\necho 'no such flag' >&2\nexit 3\n");
    await chmod(binary, 0o755);
    await expect(startLivekitServer({ binary })).rejects.toThrow(
      "livekit-server ended at its start (exit 3): no such flag",
    );
  } finally {
    folder.remove();
  }
});

test("an address that this machine does not have is a fault in words", async () => {
  await expect(startLivekitServer({ binary: "server", lan: "192.0.2.1" })).rejects.toThrow(
    "no network interface has the address 192.0.2.1",
  );
});
