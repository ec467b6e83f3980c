import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { RoomServiceClient } from "livekit-server-sdk";
import type { RunningGate } from "../../../inference/gate/start.ts";
import { type LivekitServer } from "../../../orchestrator/assets/livekit-process.ts";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import { createLog } from "../../../orchestrator/log.ts";
import type { LedgerEntry } from "../../../orchestrator/store/ledger.ts";
import type { StoredCall } from "../../../orchestrator/store/calls.ts";
import { openStore, type Store } from "../../../orchestrator/store/store.ts";
import { type CallNoticeKey, callNoticesIn } from "../../../orchestrator/session/voice/notices-text.ts";
import { type Caller, type CallerOptions, joinAsCaller } from "../../standins/caller.ts";
import { startRealLivekit, type StartOptions } from "../../standins/livekit-server.ts";
import { startStubGate, testFolder } from "../../standins/photo-files.ts";
import type { Utterance } from "../../standins/speech/synthesise.ts";
import { createWordReader, type WordReaderOptions } from "../../standins/speech/word-reader.ts";
import { startDeepgramServer } from "../../standins/stt/deepgram-server.ts";
import type { SttServer } from "../../standins/stt/socket-server.ts";
import { type ElevenlabsServer, startElevenlabs } from "../../standins/tts/elevenlabs.ts";
import { guestToken } from "../livekit/guest.ts";
import type { Program } from "../programs.ts";
import { startAgent, stopAgent } from "./agent.ts";
import { type Script, type ScriptedEngine, startScriptedEngine } from "./engines.ts";
import { renderedNotices, utteranceOf, utterances } from "./utterances.ts";

/** A whole Sightline with real parts, and stand-ins for what costs money or a GPU. */
export interface Harness {
  readonly livekit: LivekitServer;
  readonly stt: SttServer;
  readonly tts: ElevenlabsServer;
  readonly local: ScriptedEngine;
  readonly cloud: ScriptedEngine;
  readonly gate: RunningGate;
  readonly rooms: RoomServiceClient;
  /** The environment of the agent. */
  readonly environment: Readonly<Record<string, string>>;
  /** `./sightline agent`; started again by `restartAgent`. */
  agent(): Program;
  restartAgent(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** Kills livekit-server and starts it again on the same ports, with the same keys. */
  restartLivekit(awayMs: number): Promise<void>;
  /** The sound of a question or of any other words that callers say. */
  utterance(text: string): Utterance;
  /** The sound of an answer of the script. */
  answer(text: string): Utterance;
  /** A token for a room, with our agent dispatched to it. */
  token(room: string, identity?: string): Promise<string>;
  /** Joins a new room, or the one named, and waits until the agent listens. */
  call(options?: CallOptions): Promise<Caller>;
  /** What the agent's metrics say now: the sum of all series of a name whose labels include these. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** What was sent where in a caller's turns, oldest first. */
  ledger(caller: Caller): Promise<readonly LedgerEntry[]>;
  /** What is kept of the running call in a room. */
  stored(room: string): Promise<StoredCall | undefined>;
  /** Every caller leaves: after each test. */
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

export interface CallOptions extends Partial<
  Pick<CallerOptions, "microphone" | "noiseDb" | "bufferMs" | "url" | "echo">
> {
  readonly room?: string;
  readonly identity?: string;
  /** Default: true. */
  readonly waitForAgent?: boolean;
}

export interface HarnessOptions extends WordReaderOptions {
  readonly script: readonly Script[];
  /** What callers say besides the questions of the script. */
  readonly says?: readonly string[];
  /** What the agent may say besides the answers of the script and its notices. */
  readonly heard?: readonly string[];
  /** Fixed sentences that may be heard, spoken or rendered ahead. Default: that it cannot answer. */
  readonly notices?: readonly CallNoticeKey[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The recogniser understands the agent's own voice too. Default: false. */
  readonly echoes?: boolean;
  /** Arguments of `./sightline agent`. */
  readonly agentArguments?: readonly string[];
  /** Milliseconds from the end of speech to its final. Default: 150. */
  readonly finalMs?: number;
  readonly livekit?: StartOptions;
}

const KEY = "stand-in-key";
/** A busy machine refuses a call at first; it is found again seconds later. */
const AGENT_JOINS_MS = 30_000;

/** Starts everything; each test file has its own. */
export async function startHarness(options: HarnessOptions): Promise<Harness> {
  const { script, notices = ["cannot-answer"] } = options;
  const folder = testFolder();
  const spoken = await utterances([...script.map(({ question }) => question), ...(options.says ?? [])]);
  const answers = await utterances(script.flatMap(({ local, cloud }) => [local, cloud]));
  const known = [
    ...answers.values(),
    ...(await utterances([...(options.heard ?? []), "I do not know that."])).values(),
    ...(await utterances(notices.map((key) => callNoticesIn("en")[key]))).values(),
    ...renderedNotices(notices),
  ];
  const [firstLivekit, stt, tts, local, cloud, gate] = await Promise.all([
    startRealLivekit(options.livekit),
    startDeepgramServer({
      apiKey: KEY,
      finalMs: options.finalMs ?? 150,
      createReader: () =>
        createWordReader([...spoken.values(), ...(options.echoes === true ? known : [])], options),
    }),
    startElevenlabs({ apiKey: KEY }),
    startScriptedEngine("local", script),
    startScriptedEngine("cloud", script),
    startStubGate(),
  ]);
  let livekit = firstLivekit;
  const environment = {
    LIVEKIT_URL: livekit.url,
    LIVEKIT_API_KEY: livekit.apiKey,
    LIVEKIT_API_SECRET: livekit.apiSecret,
    AGENT_NAME: `test-${randomUUID().slice(0, 8)}`,
    STT: "deepgram",
    DEEPGRAM_URL: stt.url,
    DEEPGRAM_API_KEY: KEY,
    TTS: "elevenlabs",
    ELEVENLABS_URL: tts.url,
    ELEVENLABS_API_KEY: KEY,
    LOCAL_ENGINE_URL: local.url,
    CLOUD_ENGINE_URL: cloud.url,
    CLOUD_ENGINE_API_KEY: KEY,
    GATE_URL: gate.url,
    DATA_DIR: join(folder.path, "data"),
    PERSONA_FILE: folder.put("persona.json", JSON.stringify({ name: "Test", language: "en" })),
    SECRET_KEY: randomUUID() + randomUUID(),
    AGENT_PORT: String(await freeTcpPort()),
    AGENT_DRAIN_MS: "0",
    LOG_LEVEL: "info",
    ...options.environment,
  };
  const rooms = new RoomServiceClient(livekit.url.replace("ws", "http"), livekit.apiKey, livekit.apiSecret);
  let agent = await startAgent(environment, options.agentArguments);
  const callers: Caller[] = [];

  const token = (room: string, identity = `caller-${randomUUID().slice(0, 8)}`): Promise<string> => {
    return guestToken(livekit, { room, identity, agentName: environment.AGENT_NAME });
  };

  const withStore = async <Result>(read: (store: Store) => Promise<Result>): Promise<Result> => {
    const store = await openStore({ dir: environment.DATA_DIR, retentionDays: 1, log: createLog("silent") });
    try {
      return await read(store);
    } finally {
      await store.close();
    }
  };
  const hangUp = async (): Promise<void> => {
    await Promise.all(callers.splice(0).map((caller) => caller.leave().catch(() => {})));
  };

  return {
    get livekit() {
      return livekit;
    },
    stt,
    tts,
    local,
    cloud,
    gate,
    rooms,
    environment,
    agent: () => agent,
    async restartAgent(changes = {}) {
      await stopAgent(agent);
      agent = await startAgent({ ...environment, ...changes }, options.agentArguments);
    },
    async restartLivekit(awayMs) {
      await livekit.close();
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      const { port, mediaPort, apiKey, apiSecret } = livekit;
      livekit = await startRealLivekit({ port, mediaPort, apiKey, apiSecret });
    },
    utterance: (text) => utteranceOf(spoken, text),
    answer: (text) => utteranceOf(answers, text),
    token,
    async call({ room = `room-${randomUUID().slice(0, 8)}`, identity, waitForAgent = true, ...rest } = {}) {
      const caller = await joinAsCaller({
        url: livekit.url,
        token: await token(room, identity),
        known,
        bufferMs: 80,
        ...rest,
      });
      callers.push(caller);
      if (waitForAgent) {
        await caller
          .until("the agent listens", () => isListening(caller), AGENT_JOINS_MS)
          .catch((error: unknown) => {
            throw new Error(`no agent came; its log: ${agent.stderr().slice(-3000)}`, { cause: error });
          });
      }
      return caller;
    },
    async metric(name, labels = {}) {
      const page = await fetch(`http://127.0.0.1:${environment.AGENT_PORT}/metrics`);
      return sumOf(await page.text(), name, labels);
    },
    ledger: (caller) =>
      withStore(async ({ ledger }) => {
        const entries = await ledger.ofCaller(caller.room.localParticipant?.identity ?? "");
        return entries.toReversed();
      }),
    stored: (room) => withStore(({ calls }) => calls.ofRoom(room)),
    hangUp,
    async close() {
      await hangUp();
      await stopAgent(agent);
      await Promise.all([stt.close(), tts.close(), local.close(), cloud.close(), gate.close()]);
      await livekit.close();
      folder.remove();
    },
  };
}

/** Whether the agent is in the room and has said that it listens. */
export function isListening(caller: Caller): boolean {
  return caller.agentState() === "listening";
}

/** The sum of the samples of a name, as the Prometheus text format has them. */
function sumOf(page: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return page
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((pair) => line.includes(pair)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}
