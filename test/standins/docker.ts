import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A container of the stand-in. */
export interface FakeContainer {
  readonly id: string;
  readonly service: string;
  running: boolean;
  health: string;
  /** What compose made it of. */
  readonly hash: string;
  readonly createdMs: number;
  /** SIGTERMs so far. */
  signals: number;
  /** How many of them it takes to end. */
  endsAfter: number;
}

interface State {
  containers: FakeContainer[];
  services: readonly string[];
  /** What compose would make each service of now. */
  hash: string;
  /** Of agents that are made from now on. */
  health: string;
  endsAfter: number;
  /** Files that are mounted as secrets. */
  secrets: readonly string[];
  told: string[];
}

/** A `docker` that keeps containers in a file and does with them what compose and the engine would. */
export interface FakeDocker {
  /** For PATH. */
  readonly path: string;
  readonly state: () => State;
  change(changes: Partial<State> | ((state: State) => void)): void;
  /** Containers of a service, oldest first. */
  of(service: string): readonly FakeContainer[];
  /** What it was told that changes something, without the words that name files. */
  told(): readonly string[];
}

const FIRST: State = {
  containers: [],
  services: ["gate", "livekit", "vllm", "warm-up", "weights", "gateway", "agent"],
  hash: "one",
  health: "healthy",
  endsAfter: 1,
  secrets: [],
  told: [],
};

export function fakeDocker(folder: string): FakeDocker {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "state.json");
  const state = (): State => JSON.parse(readFileSync(file, "utf8")) as State;
  const change: FakeDocker["change"] = (changes) => {
    const now = state();
    if (typeof changes === "function") changes(now);
    else Object.assign(now, changes);
    writeFileSync(`${file}.new`, JSON.stringify(now));
    renameSync(`${file}.new`, file);
  };
  writeFileSync(file, JSON.stringify(FIRST));
  const program = join(folder, "docker");
  if (!existsSync(program)) {
    writeFileSync(program, `#!${process.execPath}\n(${serve.toString()})(${JSON.stringify(file)});\n`);
    chmodSync(program, 0o755);
  }
  return {
    path: [folder, process.env["PATH"]].join(delimiter),
    state,
    change,
    of: (service) => state().containers.filter((each) => each.service === service),
    told: () => state().told,
  };
}

/** The program; it knows nothing but its arguments. */
async function serve(file: string): Promise<void> {
  const fs = process.getBuiltinModule("node:fs");
  const all = process.argv.slice(2);
  const words = all.filter((word) => !/^--(file|env-file|project-directory|profile)=/.test(word));
  const say = (text: string): void => console.log(text);
  const read = (): State => JSON.parse(fs.readFileSync(file, "utf8")) as State;
  const state = read();
  const save = (): void => {
    fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify(state));
    fs.renameSync(`${file}.${process.pid}`, file);
  };
  const isNamed = (word: string | undefined): boolean => state.services.includes(word ?? "");
  const make = (service: string): void => {
    state.containers.push({
      id: `${service}-${state.told.length}-${state.containers.length}`,
      service,
      running: service !== "weights",
      health: service === "agent" ? state.health : "healthy",
      hash: state.hash,
      createdMs: Date.now(),
      signals: 0,
      endsAfter: state.endsAfter,
    });
  };
  const tell = (): void => {
    state.told.push(words.join(" "));
  };

  if (words[0] === "info") {
    return say(JSON.stringify({ ServerVersion: "29.1.3", DockerRootDir: "/tmp", Runtimes: { runc: {} } }));
  }
  if (words[0] === "image") return say(`sha256:${state.hash}`);
  if (words[0] === "inspect" && words[1] === "--format") {
    return say(String(state.containers.some(({ id, running }) => running && words.includes(id))));
  }
  if (words[0] === "inspect") {
    const found = state.containers.filter(({ id }) => words.includes(id));
    const time = (ms: number): string => new Date(ms).toISOString();
    return say(
      JSON.stringify(
        found.map((each) => ({
          Id: each.id,
          Created: time(each.createdMs),
          Image: `sha256:${each.hash}`,
          State: {
            Running: each.running,
            StartedAt: time(each.createdMs),
            Health: { Status: each.health },
          },
          Mounts: state.secrets.map((Source) => ({ Source, Destination: "/run/secrets/some" })),
          Config: {
            Image: "sightline:0.1.0",
            Labels: {
              "com.docker.compose.service": each.service,
              "com.docker.compose.config-hash": each.hash,
            },
          },
        })),
      ),
    );
  }
  if (words[0] === "wait") {
    const runs = (): boolean => read().containers.some(({ id, running }) => running && words.includes(id));
    while (runs()) await new Promise((resolve) => setTimeout(resolve, 20));
    return;
  }
  if (words[0] === "kill") {
    tell();
    if (!state.containers.some(({ id, running }) => running && words.includes(id))) {
      console.error("Error response from daemon: container is not running");
      process.exitCode = 1;
    }
    for (const each of state.containers.filter(({ id, running }) => running && words.includes(id))) {
      each.signals += 1;
      if (each.signals >= each.endsAfter) each.running = false;
    }
    return save();
  }
  if (words[0] === "rm") {
    tell();
    state.containers = state.containers.filter(({ id }) => !words.includes(id));
    return save();
  }
  const [, verb, ...rest] = words;
  // What only measures has no container here.
  if (["prometheus", "dcgm", "grafana"].includes(rest.at(-1) ?? "")) return;
  const named = rest.filter((word) => isNamed(word));
  if (verb === "version") return say("2.40.3");
  if (verb === "ps") {
    for (const { id, service } of state.containers) if (named.includes(service)) say(id);
    return;
  }
  if (verb === "config") {
    if (rest[0] === "--services") return say(state.services.join("\n"));
    for (const service of (rest[1] ?? "").split(",")) say(`${service} ${state.hash}`);
    return;
  }
  tell();
  const remove = (gone: (each: FakeContainer) => boolean): void => {
    state.containers = state.containers.filter((each) => !gone(each));
  };
  if (verb === "down") remove(() => true);
  if (verb === "rm") remove(({ service, running }) => named.includes(service) && !running);
  if (verb === "up") {
    const scale = Number(rest.find((word) => word.startsWith("agent="))?.slice("agent=".length) ?? 1);
    for (const service of named.length > 0 ? named : state.services) {
      const wanted = service === "agent" ? scale : 1;
      if (!rest.includes("--no-recreate"))
        remove((each) => each.service === service && each.hash !== state.hash);
      const found = state.containers.filter((each) => each.service === service);
      for (const each of found) if (service !== "weights") each.running = true;
      for (let count = found.length; count < wanted; count++) make(service);
    }
  }
  save();
}
