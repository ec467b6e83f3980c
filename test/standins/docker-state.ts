/** A container of the stand-in. */
export interface FakeContainer {
  readonly id: string;
  readonly service: string;
  readonly number: number;
  running: boolean;
  health: string;
  /** Of the image and the settings that compose made it of. */
  readonly hash: string;
  /** Its label for the files that it is handed; none: it has no such files. */
  readonly files: string;
  /** Name of its image. */
  readonly image: string;
  readonly createdMs: number;
  /** SIGTERMs so far. */
  signals: number;
  /** How many of them it takes to end. */
  endsAfter: number;
}

/** What of this machine's files a service is handed. */
interface Handed {
  /** Files and folders, `SOURCE` or `SOURCE:TARGET`. */
  readonly volumes?: readonly string[];
  /** Names of secrets. */
  readonly secrets?: readonly string[];
}

/** All that the stand-in for Docker keeps. */
export interface DockerState {
  containers: FakeContainer[];
  /** Those of all profiles. */
  services: readonly string[];
  /** The profile of those that have one. */
  profiles: Readonly<Record<string, string>>;
  /** What compose would make each service of now. */
  hash: string;
  /** The same of single services, where it is something else. */
  hashes: Readonly<Record<string, string>>;
  /** Services that do not become healthy, made of this. */
  ill: Readonly<Record<string, string>>;
  /** Services that take long to become healthy, made of this. */
  loading: Readonly<Record<string, string>>;
  /** Services that end ten times a second, made of this, and are started again each time. */
  ending: Readonly<Record<string, string>>;
  /** Of those that are made from now on. */
  endsAfter: number;
  /** What of this machine's files a service is handed. */
  handed: Readonly<Record<string, Handed>>;
  /** Their settings, of all services alike. */
  environment: Readonly<Record<string, string>>;
  /** The file of each secret. */
  secrets: Readonly<Record<string, string>>;
  /** What further names of images mean. */
  tags: Record<string, string>;
  /** Ids of each service that the last build has left: what had a name then. */
  images: Record<string, readonly string[]>;
  told: string[];
}

/** Nothing runs; of every service compose would make `one`. */
export const FIRST: DockerState = {
  containers: [],
  services: ["gate", "livekit", "vllm", "warm-up", "weights", "gateway", "agent", "prometheus", "grafana"],
  profiles: { prometheus: "observability", grafana: "observability", turn: "turn" },
  hash: "one",
  hashes: {},
  ill: {},
  loading: {},
  ending: {},
  endsAfter: 1,
  handed: {},
  environment: {},
  secrets: {},
  tags: {},
  images: {},
  told: [],
};
