import { existsSync } from "node:fs";
import { join } from "node:path";
import type {
  CloudSttName,
  CloudTtsName,
  Config,
  SpeechServiceConfig,
  SttName,
  TtsName,
} from "../../config.ts";
import { type Check, fine } from "./check.ts";
import { isOwnNetwork } from "../../lib/own-network.ts";

/** What calls need of this machine. */
export interface CallDeps {
  readonly projectDir: string;
  /** Whether the LiveKit server answers. Never throws. */
  livekitUp(url: string): Promise<boolean>;
  /** Whether a program can be run. Never throws. */
  hasProgram(name: string): Promise<boolean>;
}

/** Where the services are that have a cloud of their own. */
const CLOUD_HOSTS: Readonly<Record<CloudSttName | CloudTtsName, string>> = {
  deepgram: "api.deepgram.com",
  "deepgram-flux": "api.deepgram.com",
  assemblyai: "streaming.assemblyai.com",
  elevenlabs: "api.elevenlabs.io",
};

/** Everything about calls: the page, who hears, who speaks, where the rooms are. */
export async function callChecks(config: Config, deps: CallDeps): Promise<readonly Check[]> {
  const espeak = await deps.hasProgram("espeak-ng");
  return [
    pageCheck(deps.projectDir),
    noticesCheck(deps.projectDir, espeak),
    earCheck(config),
    voiceCheck(config, espeak),
    await livekitCheck(config, deps),
  ];
}

function pageCheck(projectDir: string): Check {
  return existsSync(join(projectDir, "web", "dist", "index.html"))
    ? fine("page", "built")
    : { check: "page", state: "missing", detail: "the caller's page is not built", fix: "make page" };
}

function noticesCheck(projectDir: string, espeak: boolean): Check {
  const check = "spoken notices";
  if (existsSync(join(projectDir, ".notices"))) return fine(check, "rendered ahead");
  return {
    check,
    state: "missing",
    detail: "not rendered: with the voice down, fixed sentences are captions only",
    fix: espeak ? "make notices" : "install espeak-ng, then make notices",
  };
}

function earCheck({ stt }: Config): Check {
  const check = "speech recognition";
  if (stt.length > 0) return fine(check, chain(stt));
  return {
    check,
    state: "missing",
    detail: "not configured: questions are typed",
    fix: "set STT_URL to a server of your own, or DEEPGRAM_API_KEY or ASSEMBLYAI_API_KEY",
  };
}

function voiceCheck({ tts }: Config, espeak: boolean): Check {
  const check = "voice";
  const there = tts.filter(({ name }) => name !== "espeak" || espeak);
  if (there.length > 0) return fine(check, chain(there));
  return {
    check,
    state: "missing",
    detail: "none: answers are captions, spoken by the caller's device",
    fix: "install espeak-ng, or set TTS_URL or ELEVENLABS_API_KEY",
  };
}

async function livekitCheck({ livekit }: Config, deps: CallDeps): Promise<Check> {
  const check = "livekit";
  if (!livekit) {
    return {
      check,
      state: "missing",
      detail: "no server is named: 'sightline demo' brings its own, the agent has none",
      fix: "set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET",
    };
  }
  const foreign = [livekit.url, livekit.publicUrl].find((url) => !isOwnNetwork(new URL(url).hostname));
  const passes =
    foreign === undefined
      ? ""
      : `; sound and pictures of every call pass through ${new URL(foreign).host}, and its address is a public one`;
  if (!(await deps.livekitUp(livekit.url))) {
    return {
      check,
      state: "failed",
      detail: `${livekit.url} does not answer${passes}`,
      fix: "start the server, or correct LIVEKIT_URL",
    };
  }
  if (foreign !== undefined) {
    return {
      check,
      state: "warn",
      detail: `${livekit.url} answers${passes}`,
      fix: "use a server of your own, or make sure that this one is",
    };
  }
  return fine(check, `${livekit.url} answers`);
}

/** What callers say and hear, as far as it leaves for somebody else's machine. */
export function speechLeavesCheck({ stt, tts }: Config): Check {
  const check = "what speech leaves";
  const foreign = (services: readonly SpeechServiceConfig<SttName | TtsName>[]): readonly string[] =>
    [
      ...new Set(services.map(hostOf).filter((host) => host !== undefined && !isOwnNetwork(host))),
    ] as string[];
  const sound = foreign(stt);
  const words = foreign(tts);
  const parts = [
    ...(sound.length > 0 ? [`callers' voices to ${sound.join(", ")}`] : []),
    ...(words.length > 0 ? [`answers to be spoken to ${words.join(", ")}`] : []),
  ];
  return fine(check, parts.length > 0 ? `${parts.join("; ")}; each turn's ledger entry says so` : "none");
}

/** Undefined: a program on this machine. */
function hostOf(service: SpeechServiceConfig<SttName | TtsName>): string | undefined {
  if (service.url !== undefined) return new URL(service.url).hostname;
  return service.name === "espeak" ? undefined : CLOUD_HOSTS[service.name];
}

function chain(services: readonly SpeechServiceConfig<SttName | TtsName>[]): string {
  return services.map(({ name }) => name).join(", then ");
}
