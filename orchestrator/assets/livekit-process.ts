import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { InputError } from "../errors.ts";
import { freeTcpPort, freeUdpPort } from "../lib/free-port.ts";

export interface LivekitServerOptions {
  readonly binary: string;
  /** An address of this machine in its local network, for devices there. Undefined: loopback alone. */
  readonly lan?: string | undefined;
  /** Port of signalling and API, TCP. Default: any free one. */
  readonly port?: number;
  /** Port of all media, UDP. Default: any free one. */
  readonly mediaPort?: number;
  /** Port of its Prometheus metrics, TCP. Default: it serves none. */
  readonly metricsPort?: number | undefined;
  /** Default: made for this run. */
  readonly apiKey?: string;
  readonly apiSecret?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface LivekitServer {
  /** As programs on this machine reach it. */
  readonly url: string;
  readonly port: number;
  readonly mediaPort: number;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly pid: number;
  /** Why it ended. */
  readonly ended: Promise<string>;
  /** Ends it at once. */
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 15_000;
const POLL_MS = 20;
const LOOPBACK = "127.0.0.1";

/** Runs the server and kills it when the pipe to us breaks, so that it never outlives us. */
const LEASH = `exec 3<&0
"$@" </dev/null 3<&- &
server=$!
( cat <&3 >/dev/null; kill -9 $server 2>/dev/null ) >/dev/null 2>&1 &
exec 3<&-
wait $server`;

/**
 * Starts a livekit-server that stays on loopback, or also serves one local network, with a secret of
 * its own, and waits until it answers. No address outside is asked for: an empty list of STUN servers
 * would make clients ask public ones, so a dead one stands there.
 *
 * @throws {InputError} when it ends at once, or does not answer in time.
 */
export async function startLivekitServer(options: LivekitServerOptions): Promise<LivekitServer> {
  const port = options.port ?? (await freeTcpPort());
  const mediaPort = options.mediaPort ?? (await freeUdpPort());
  const apiKey = options.apiKey ?? `sightline-${randomBytes(4).toString("hex")}`;
  const apiSecret = options.apiSecret ?? randomBytes(32).toString("base64url");
  const folder = await mkdtemp(join(tmpdir(), "sightline-livekit-"));
  const config = join(folder, "livekit.json");
  const settings = toSettings({ ...options, port, mediaPort, apiKey, apiSecret });
  await writeFile(config, JSON.stringify(settings), { mode: 0o600 });

  const child = spawn("/bin/sh", ["-c", LEASH, "sh", options.binary, "--config", config], {
    stdio: ["pipe", "ignore", "pipe"],
    detached: true,
    env: options.environment ?? { PATH: "/usr/bin:/bin" },
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  child.stdin.on("error", () => {});
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  const close = async (): Promise<void> => {
    child.stdin.destroy();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const url = `ws://${LOOPBACK}:${port}`;
  const fault = await Promise.race([
    ended.then((reason) => `ended at its start (${reason})`),
    answers(port).then((good) => (good ? undefined : "does not answer")),
  ]);
  if (fault !== undefined) {
    await close();
    const last = said.trim().split("\n").at(-1) ?? "";
    throw new InputError(`livekit-server ${fault}${last && `: ${last}`}`, "a server that starts");
  }
  return { url, port, mediaPort, apiKey, apiSecret, pid: child.pid ?? 0, ended, close };
}

interface Settings {
  readonly port: number;
  readonly mediaPort: number;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly lan?: string | undefined;
  readonly metricsPort?: number | undefined;
}

function toSettings({ port, mediaPort, apiKey, apiSecret, lan, metricsPort }: Settings): object {
  return {
    port,
    bind_addresses: [LOOPBACK, ...(lan === undefined ? [] : [lan])],
    rtc: {
      node_ip: lan ?? LOOPBACK,
      use_external_ip: false,
      enable_loopback_candidate: true,
      // One address alone: of several it takes media at any one, and names `node_ip` for it.
      interfaces: { includes: [lan === undefined ? "lo" : interfaceOf(lan)] },
      ips: { includes: [`${lan ?? LOOPBACK}/32`] },
      udp_port: mediaPort,
      tcp_port: 0,
      stun_servers: [`${LOOPBACK}:3478`],
    },
    keys: { [apiKey]: apiSecret },
    ...(metricsPort === undefined ? {} : { prometheus: { port: metricsPort } }),
    logging: { level: "error", json: true },
  };
}

function interfaceOf(address: string): string {
  const found = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some((each) => each.address === address),
  );
  if (!found) throw new InputError(`no network interface has the address ${address}`, "an own address");
  return found[0];
}

async function answers(port: number): Promise<boolean> {
  const givenUpAtMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < givenUpAtMs) {
    const response = await fetch(`http://${LOOPBACK}:${port}/`).catch(() => undefined);
    if (response?.ok) return true;
    await wait(POLL_MS);
  }
  return false;
}
