import { randomInt } from "node:crypto";
import { join } from "node:path";
import { startLivekitServer } from "../../assets/livekit-process.ts";
import { freeTcpPort } from "../../lib/free-port.ts";
import { findLivekitServer } from "../../assets/livekit-server.ts";
import type { Config } from "../../config.ts";
import { projectEnvironment, withoutSecrets, type Environment } from "../../config/project-environment.ts";
import { InputError } from "../../errors.ts";
import { ownCommand, PROJECT_DIR } from "../../project.ts";
import { ownSecret } from "../../store/secret.ts";
import { keepLivekit, type KeptLivekit } from "./keep-livekit.ts";
import { keepProgram, type KeptProgram } from "./keep-program.ts";
import { ownSite } from "./own-site.ts";

export interface DemoOptions {
  readonly config: Config;
  readonly port: number;
  /** This machine's address in the local network; undefined: loopback alone. */
  readonly lan: string | undefined;
  readonly signal: AbortSignal;
  /** Says a sentence to the user. */
  readonly tell: (line: string) => void;
}

export interface RunningDemo {
  /** To be opened in a browser. */
  readonly address: string;
  /** Whether calls are possible; otherwise questions are typed. */
  readonly calls: boolean;
  readonly accessCode: string | undefined;
  /** SHA-256 of the certificate that was made for it. */
  readonly fingerprint: string | undefined;
  stop(): Promise<void>;
}

/** Longer than a call that is under way takes to finish its sentence, say goodbye and leave its room. */
const AGENT_GRACE_MS = 22_000;
const GRACE_MS = 3000;

/**
 * Starts the parts of a demo, one process each, and keeps them running.
 *
 * @throws {InputError} when the page cannot be served.
 */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const { config, lan, tell } = options;
  const kept: { readonly program: KeptProgram; readonly graceMs: number }[] = [];
  let own: KeptLivekit | undefined;
  const keep = async (name: string, environment: Environment, graceMs: number, ...args: string[]) => {
    const program = keepProgram(ownCommand(name, ...args), {
      name,
      environment,
      onCrash: (reason) => tell(`the ${name} ended (${reason}) and is started again`),
    });
    kept.unshift({ program, graceMs });
    return program.ready;
  };
  const stop = async (): Promise<void> => {
    for (const { program, graceMs } of kept) await program.stop(graceMs);
    await own?.close();
  };
  try {
    own = config.livekit ? undefined : await ownLivekit(options);
    const livekit = config.livekit ?? own?.server;
    const gatePort = String(await freeTcpPort());
    const gateReady = config.gateUrl
      ? undefined
      : keep("gate", withoutSecrets(), GRACE_MS, "--child", "--port", gatePort);
    const shared: Environment = {
      ...projectEnvironment(PROJECT_DIR),
      GATE_URL: config.gateUrl ?? `http://127.0.0.1:${gatePort}`,
      SECRET_KEY: config.secretKey ?? ownSecret(config.dataDir),
      ...(livekit
        ? { LIVEKIT_URL: livekit.url, LIVEKIT_API_KEY: livekit.apiKey, LIVEKIT_API_SECRET: livekit.apiSecret }
        : {}),
    };
    // Who ends a demo does not wait until the call is over.
    const hasty: Environment = { ...shared, AGENT_DRAIN_MS: "0", GATEWAY_DRAIN_MS: "0" };
    const outside = lan === undefined ? undefined : await forLan(lan, options);
    await gateReady?.catch(() => tell("the person gate does not start: no picture will leave this machine"));
    const [page] = await Promise.all([
      keep("gateway", { ...hasty, PORT: String(options.port), ...outside?.environment }, GRACE_MS),
      livekit && keep("agent", hasty, AGENT_GRACE_MS),
    ]);
    return {
      address: outside?.address ?? listeningOn(page),
      calls: livekit !== undefined,
      accessCode: outside?.accessCode,
      fingerprint: outside?.fingerprint,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Without a server there are no calls, and the page still answers. */
async function ownLivekit({ lan, signal, tell }: DemoOptions): Promise<KeptLivekit | undefined> {
  const environment = withoutSecrets();
  try {
    const binary = await findLivekitServer({
      cacheDir: join(PROJECT_DIR, ".servers"),
      environment,
      signal,
      onProgress: tell,
    });
    return await keepLivekit({
      start: (place) => startLivekitServer({ ...place, binary, lan, environment }),
      onCrash: (reason) => tell(`the LiveKit server ended (${reason}) and is started again`),
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell(error.message);
    return undefined;
  }
}

/** What a phone needs: HTTPS, since a browser gives no camera otherwise, and a code, since others share the network. */
async function forLan(lan: string, { config, port }: DemoOptions) {
  const site = await ownSite({ lan, port, dataDir: config.dataDir });
  const accessCode = config.http.accessCode ?? String(randomInt(10_000_000, 100_000_000));
  return {
    // The page takes the code from there, so that a phone need not type it.
    address: `${site.address}/#code=${accessCode}`,
    accessCode,
    fingerprint: site.fingerprint,
    environment: { ...site.environment, ACCESS_CODE: accessCode },
  };
}

/** The gateway's first line. */
function listeningOn(line: string): string {
  return (JSON.parse(line) as { readonly listening: string }).listening;
}
