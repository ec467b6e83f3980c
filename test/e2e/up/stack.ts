import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import { joinAsCaller, type Caller } from "../../standins/caller.ts";
import { startPlainFront } from "../../standins/plain-front.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";
import { synthesise, type Utterance } from "../../standins/speech/synthesise.ts";
import { createWordReader } from "../../standins/speech/word-reader.ts";
import { startDeepgramServer } from "../../standins/stt/deepgram-server.ts";
import { startElevenlabs } from "../../standins/tts/elevenlabs.ts";
import { type Script, type ScriptedEngine, startScriptedEngine } from "../call/engines.ts";
import { isListening } from "../call/harness.ts";
import { sightline } from "../programs.ts";

/** What `sightline status --json` says. */
export interface Status {
  readonly phase: string;
  readonly address: string;
  readonly programs: readonly {
    readonly name: string;
    readonly state: string;
    readonly pid: number;
    readonly address: string;
    readonly restarts: number;
  }[];
}

export interface Page {
  readonly status: number;
  readonly text: string;
}

/** A command that has ended. */
export interface Ran {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** The whole stack as `sightline up` runs it, with stand-ins for the speech services and the cloud. */
export interface Stack {
  readonly folder: TestFolder;
  readonly dataDir: string;
  /** Of the page. */
  readonly address: string;
  readonly cloud: ScriptedEngine;
  run(...args: readonly string[]): Promise<Ran>;
  up(...args: readonly string[]): Promise<Ran>;
  status(): Promise<Status>;
  /** Over HTTPS, with the stack's own certificate as the only one that is trusted. */
  get(path: string): Promise<Page>;
  /** A typed question, as the page asks it; the answer's events. */
  ask(question: string): Promise<Page>;
  utterance(words: string): Utterance;
  /**
   * Gets a token from the gateway and joins its room, signalling through the gateway as a page does;
   * resolves when the agent listens.
   */
  call(known?: readonly string[]): Promise<Caller>;
  /** PromQL, at its Prometheus. */
  query(expression: string): Promise<readonly { readonly metric: object; readonly value: number }[]>;
  /** Alerts that fire now. */
  alerts(): Promise<readonly string[]>;
  /** Prometheus looks and evaluates so often from now on. */
  hasten(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface StackOptions {
  readonly script: readonly Script[];
  readonly says: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const KEY = "stand-in-key";
/** An agent that has a call takes no other for as long as the machine is busy; it is asked again every ten seconds. */
const AGENT_JOINS_MS = 60_000;

/** Starts the stand-ins; the stack itself is for the test to bring up. */
export async function prepareStack({ script, says, environment = {} }: StackOptions): Promise<Stack> {
  const folder = testFolder();
  const utterances = new Map<string, Utterance>();
  for (const words of says) utterances.set(words, await synthesise(words));
  const [stt, tts, cloud, port, agentPort] = await Promise.all([
    startDeepgramServer({
      apiKey: KEY,
      finalMs: 150,
      createReader: () => createWordReader([...utterances.values()]),
    }),
    startElevenlabs({ apiKey: KEY }),
    startScriptedEngine("cloud", script),
    freeTcpPort(),
    freeTcpPort(),
  ]);
  const dataDir = join(folder.path, "data");
  const address = `https://localhost:${port}`;
  const env = {
    DATA_DIR: dataDir,
    PORT: String(port),
    AGENT_PORT: String(agentPort),
    STT: "deepgram",
    DEEPGRAM_URL: stt.url,
    DEEPGRAM_API_KEY: KEY,
    TTS: "elevenlabs",
    ELEVENLABS_URL: tts.url,
    ELEVENLABS_API_KEY: KEY,
    CLOUD_ENGINE_URL: cloud.url,
    CLOUD_ENGINE_API_KEY: KEY,
    ROUTE_POLICY: "local-first",
    PERSONA_FILE: folder.put("persona.json", JSON.stringify({ name: "Test", language: "en" })),
    LOG_LEVEL: "info",
    NODE_ENV: "production",
    ...environment,
  };
  const callers: Caller[] = [];
  const front = await startPlainFront(address, () => readFileSync(join(dataDir, "certificate.pem"), "utf8"));

  const run = async (...args: readonly string[]): Promise<Ran> => {
    const program = sightline(args, { env });
    const code = await program.ended;
    return { code, stdout: program.stdout(), stderr: program.stderr() };
  };
  const status = async (): Promise<Status> => {
    const said = JSON.parse((await run("status", "--json")).stdout) as Partial<Status>;
    // Of what is down there is nothing else to say.
    return { phase: "", address: "", programs: [], ...said };
  };
  const addressOf = async (name: string): Promise<string> => {
    const found = (await status()).programs.find((program) => program.name === name);
    if (!found) throw new Error(`no ${name} is up`);
    return found.address;
  };
  const fetchPage = (method: string, path: string, body?: string): Promise<Page> =>
    new Promise((resolve, reject) => {
      const headers = {
        origin: address,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      };
      const ca = readFileSync(join(dataDir, "certificate.pem"));
      const asked = request(`${address}${path}`, { method, ca, headers, agent: false }, (response) => {
        text(response).then((said) => resolve({ status: response.statusCode ?? 0, text: said }), reject);
      });
      asked.once("error", reject);
      asked.end(body);
    });
  const query: Stack["query"] = async (expression) => {
    const url = new URL(`${await addressOf("prometheus")}/api/v1/query`);
    url.searchParams.set("query", expression);
    const { data } = (await (await fetch(url)).json()) as {
      data: { result: readonly { metric: object; value: readonly [number, string] }[] };
    };
    return data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
  };

  return {
    folder,
    dataDir,
    address,
    cloud,
    run,
    up: (...args) => run("up", "--engine", "simulator", "--runtime", "process", ...args),
    status,
    get: (path) => fetchPage("GET", path),
    ask: (question) => fetchPage("POST", "/api/v1/ask", JSON.stringify({ question })),
    utterance(words) {
      const found = utterances.get(words);
      if (!found) throw new Error(`nobody was told how to say ${JSON.stringify(words)}`);
      return found;
    },
    async call(known = []) {
      const { token, url } = JSON.parse((await fetchPage("GET", "/api/v1/livekit/token")).text) as {
        token: string;
        url: string;
      };
      if (url !== address.replace("https:", "wss:")) throw new Error(`signalling goes to ${url}`);
      const heard = await Promise.all(known.map((words) => synthesise(words)));
      const caller = await joinAsCaller({ url: front.url, token, known: heard, bufferMs: 80 });
      callers.push(caller);
      await caller.until("the agent listens", () => isListening(caller), AGENT_JOINS_MS);
      return caller;
    },
    query,
    async alerts() {
      const firing = await query('ALERTS{alertstate="firing"}');
      return firing.map(({ metric }) => (metric as { alertname: string }).alertname);
    },
    async hasten(seconds) {
      const config = join(dataDir, "up", "prometheus", "prometheus.yml");
      const slow = readFileSync(config, "utf8");
      writeFileSync(config, slow.replaceAll(/_interval: \d+s/g, `_interval: ${seconds}s`));
      const found = (await status()).programs.find(({ name }) => name === "prometheus");
      process.kill(found?.pid ?? 0, "SIGHUP");
    },
    async close() {
      await Promise.all(callers.splice(0).map((caller) => caller.leave().catch(() => {})));
      await run("down", "--now");
      front.close();
      await Promise.all([stt.close(), tts.close(), cloud.close()]);
      folder.remove();
    },
  };
}
