import { createHash, X509Certificate } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttps, request, type Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer as createTls, type Server as TlsServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import { findLivekitServer } from "../../../orchestrator/assets/livekit-server.ts";
import { withoutSecrets } from "../../../orchestrator/config/project-environment.ts";
import { createOwnCertificate } from "../../../orchestrator/http/own-certificate.ts";
import { GPU_FILE, loadModel, PROFILES } from "../../containers/compose-model.ts";
import { PROJECT, type Program, start } from "../programs.ts";

// The parts of the compose file that are not ours, with its own commands and files, as programs of this
// machine: HAProxy from Debian, livekit-server as for the calls.

let folder: string;
let page: HttpsServer;
let turn: TlsServer;
let proxy: Program;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "edge-"));
  const { cert, key } = await createOwnCertificate(["page.test", "turn.test"], folder);
  writeFileSync(join(folder, "page.pem"), cert);
  writeFileSync(join(folder, "page.pem.key"), key);
  const { cert: turnCert, key: turnKey } = await createOwnCertificate(["turn.test"], join(folder, "turn"));
  page = createHttps({ cert, key }, (incoming, response) => {
    response.end(JSON.stringify({ from: incoming.headers["x-forwarded-for"], host: incoming.headers.host }));
  });
  page.on("upgrade", (incoming, socket) => {
    const key = `${incoming.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    const head = ["Connection: upgrade", "Upgrade: websocket", `Sec-WebSocket-Accept: ${accept}`];
    socket.write(["HTTP/1.1 101 Switching Protocols", ...head, "", "hello"].join("\r\n"));
  });
  turn = createTls({ cert: turnCert, key: turnKey }, (socket) => socket.end("turn"));
  const ports = await Promise.all([page, turn].map(listen));
  port = await freeTcpPort();
  const inner = await freeTcpPort();
  const text = readFileSync(join(PROJECT, "deploy/turn.cfg"), "utf8");
  const config = text
    .replace("bind :8443", `bind 127.0.0.1:${port}`)
    .replaceAll("127.0.0.1:8444", `127.0.0.1:${inner}`);
  writeFileSync(join(folder, "turn.cfg"), config);
  proxy = start("haproxy", ["-W", "-db", "-f", join(folder, "turn.cfg")], {
    env: {
      TURN_DOMAIN: "turn.test",
      PAGE_TARGET: `127.0.0.1:${ports[0]}`,
      TURN_TARGET: `127.0.0.1:${ports[1]}`,
      PAGE_CERTIFICATE: join(folder, "page.pem"),
    },
  });
  await vi.waitFor(() => certificateOf("page.test"), { timeout: 10_000, interval: 50 });
});
afterAll(async () => {
  proxy.child.kill("SIGTERM");
  await proxy.ended;
  page.closeAllConnections();
  page.close();
  turn.close();
  rmSync(folder, { recursive: true, force: true });
});

async function listen(server: HttpsServer | TlsServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function certificateOf(servername: string): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", servername, rejectUnauthorized: false }, () => {
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      resolve(new X509Certificate(raw));
    });
    socket.once("error", reject);
  });
}

describe("one port for the page and for TURN", () => {
  it("hands TURN's name through, unopened", async () => {
    expect((await certificateOf("turn.test")).checkHost("page.test")).toBeUndefined();
    const said = await new Promise<string>((resolve, reject) => {
      const options = { port, host: "127.0.0.1", servername: "TURN.test", rejectUnauthorized: false };
      connect(options, () => {})
        .once("data", (chunk) => resolve(chunk.toString()))
        .once("error", reject);
    });
    expect(said).toBe("turn");
  });

  it("gives any other name the page, which learns who asks and believes no one else", async () => {
    const headers = { host: "page.test", "x-forwarded-for": "9.9.9.9" };
    const answer = await new Promise<string>((resolve, reject) => {
      const options = {
        port,
        host: "127.0.0.1",
        servername: "page.test",
        rejectUnauthorized: false,
        headers,
      };
      request(options, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString())).once("end", () => resolve(text));
      })
        .once("error", reject)
        .end();
    });
    expect(JSON.parse(answer)).toEqual({ from: "127.0.0.1", host: "page.test" });
  });

  it("lets the sockets of calls through", async () => {
    const first = await new Promise<string>((resolve, reject) => {
      const options = { port, host: "127.0.0.1", servername: "page.test", rejectUnauthorized: false };
      const headers = {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
      };
      request({ ...options, headers: { ...headers, "sec-websocket-version": "13" } })
        .once("response", ({ statusCode }) => reject(new Error(`answered ${statusCode}`)))
        .once("upgrade", (_response, socket, head) => {
          if (head.length > 0) resolve(head.toString());
          else socket.once("data", (chunk: Buffer) => resolve(chunk.toString()));
        })
        .once("error", reject)
        .end();
    });
    expect(first).toBe("hello");
  });
});

describe("LiveKit", () => {
  let binary: string;
  beforeAll(async () => {
    binary =
      process.env["LIVEKIT_SERVER"] ??
      (await findLivekitServer({
        cacheDir: join(PROJECT, ".servers"),
        environment: withoutSecrets(),
        signal: new AbortController().signal,
      }));
  }, 900_000);

  /** What it is started with by the compose file, and by its own word what it would listen on. */
  async function startedWith(turnDomain: string): Promise<string> {
    const { services } = await loadModel([GPU_FILE], {
      profiles: PROFILES,
      environment: { TURN_DOMAIN: turnDomain, NODE_IP: "192.0.2.1" },
    });
    const { entrypoint, command, environment } = services["livekit"]!;
    const wrapper = join(folder, "server");
    writeFileSync(
      wrapper,
      `#!/bin/sh\necho "keys $LIVEKIT_KEYS"\necho "started with $*"\nexec "${binary}" "$@" ports\n`,
    );
    chmodSync(wrapper, 0o755);
    writeFileSync(join(folder, "livekit_api_secret"), "s".repeat(43));
    const [program = "", ...args] = [...(entrypoint ?? []), ...(command ?? [])].map((word) =>
      word
        .replaceAll("/livekit-server", wrapper)
        .replaceAll("/etc/livekit.yaml", join(PROJECT, "deploy/livekit.yaml"))
        .replaceAll("/run/secrets/", `${folder}/`),
    );
    const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value ?? ""]));
    const ran = start(program, args, { env });
    expect(await ran.ended, ran.stderr()).toBe(0);
    return ran.stdout();
  }

  it("takes its configuration, its key from the secret, and TURN over UDP", async () => {
    const said = await startedWith("");
    expect(said).toContain(`keys sightline: ${"s".repeat(43)}\n`);
    expect(said).toMatch(/started with --config \S+\/livekit\.yaml\n/);
    for (const port of ["7880 - HTTP", "7881 - ICE/TCP", "3478 - TURN/UDP"]) expect(said).toContain(port);
    expect(said).toMatch(/7882\)? - ICE\/UDP/);
  });

  it("adds TURN over TLS where it has a name, by flags that it knows", async () => {
    const said = await startedWith("turn.example.org");
    const flags = ["--turn.domain turn.example.org", "--turn.tls_port 5349", "--turn-cert", "--turn-key"];
    const help = start(binary, ["help-verbose"]);
    await help.ended;
    for (const flag of flags) {
      expect(said).toContain(flag);
      expect(help.stdout()).toContain(flag.split(" ")[0]);
    }
  });
});
