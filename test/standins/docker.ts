import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type DockerState, type FakeContainer, FIRST } from "./docker-state.ts";

/** A `docker` that keeps containers in a file and does with them what compose and the engine would. */
export interface FakeDocker {
  /** For PATH. */
  readonly path: string;
  readonly state: () => DockerState;
  change(changes: Partial<DockerState> | ((state: DockerState) => void)): void;
  /** Containers of a service, oldest first. */
  of(service: string): readonly FakeContainer[];
  /** What it was told that changes something, without the words that name files. */
  told(): readonly string[];
}

export function fakeDocker(folder: string): FakeDocker {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "state.json");
  const state = (): DockerState => JSON.parse(readFileSync(file, "utf8")) as DockerState;
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
  const read = (): DockerState => JSON.parse(fs.readFileSync(file, "utf8")) as DockerState;
  const state = read();
  const save = (): void => {
    fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify(state));
    fs.renameSync(`${file}.${process.pid}`, file);
  };

  /** Of compose files: those in JSON, the later over the earlier. */
  interface Written {
    readonly image?: string;
    readonly labels?: Readonly<Record<string, string>>;
  }
  const files = all.filter((word) => word.startsWith("--file=")).map((word) => word.slice("--file=".length));
  const gone = files.find((path) => !fs.existsSync(path));
  const overlays = files
    .filter((path) => path.endsWith(".json") && path !== gone)
    .map((path) => JSON.parse(fs.readFileSync(path, "utf8")) as { services: Record<string, Written> });
  /** What compose would make a service of, by its files. */
  const wanted = (service: string): Settings => {
    const written = overlays.flatMap(({ services }) => services[service] ?? []);
    const label = written.flatMap(({ labels }) => labels?.["sightline.files"] ?? []).at(-1) ?? "";
    const image = written.flatMap(({ image: named }) => named ?? []).at(-1) ?? `${service}:0.1.0`;
    return { hash: idOf(image).slice("sha256:".length), files: label, image };
  };
  const idOf = (image: string): string => {
    const [service = ""] = image.split(":");
    return state.tags[image] ?? `sha256:${state.hashes[service] ?? state.hash}`;
  };
  type Settings = Pick<FakeContainer, "hash" | "files" | "image">;
  const configHash = ({ files, image }: Settings): string => `${files}/${image}`;
  const isAs = (one: Settings, other: Settings): boolean =>
    one.hash === other.hash && configHash(one) === configHash(other);
  const isNamed = (word: string | undefined): boolean => state.services.includes(word ?? "");
  /** Of the profiles that are named. */
  const active = state.services.filter((name) => {
    const profile = state.profiles[name];
    return profile === undefined || all.includes(`--profile=${profile}`) || all.includes("--profile=*");
  });
  const make = (service: string): void => {
    const of = wanted(service);
    const isLoading = [state.loading, state.ending].some((those) => those[service] === of.hash);
    const numbers = state.containers.filter((each) => each.service === service).map(({ number }) => number);
    state.containers.push({
      id: `${service}-${state.told.length}-${state.containers.length}`,
      service,
      number: Math.max(0, ...numbers) + 1,
      running: service !== "weights",
      health: state.ill[service] === of.hash ? "unhealthy" : isLoading ? "starting" : "healthy",
      ...of,
      createdMs: Date.now(),
      signals: 0,
      endsAfter: state.endsAfter,
    });
  };
  const tell = (): void => {
    state.told.push(words.join(" "));
  };
  const fail = (why: string): void => {
    console.error(why);
    process.exitCode = 1;
  };

  if (words[0] === "info") {
    return say(JSON.stringify({ ServerVersion: "29.1.3", DockerRootDir: "/tmp", Runtimes: { runc: {} } }));
  }
  if (words[0] === "image") return say(idOf(words.at(-1) ?? ""));
  if (words[0] === "tag") {
    const [, id = "", name = ""] = words;
    if (state.images[name.split(":")[1] ?? ""]?.includes(id) === false)
      return fail(`Error response from daemon: No such image: ${id}`);
    state.tags[name] = id;
    return save();
  }
  if (words[0] === "rmi") {
    const name = words[1] ?? "";
    if (state.tags[name] === undefined) return fail(`Error response from daemon: No such image: ${name}`);
    if (state.containers.some(({ image }) => image === name))
      return fail(`Error response from daemon: conflict: unable to remove repository reference "${name}"`);
    delete state.tags[name];
    return save();
  }
  if (words[0] === "inspect" && words[1] === "--format") {
    return say(String(state.containers.some(({ id, running }) => running && words.includes(id))));
  }
  if (words[0] === "inspect") {
    const found = state.containers.filter(({ id }) => words.includes(id));
    return say(
      JSON.stringify(
        found.map((each) => ({
          Id: each.id,
          Created: new Date(each.createdMs).toISOString(),
          Image: `sha256:${each.hash}`,
          RestartCount:
            state.ending[each.service] === each.hash ? Math.floor((Date.now() - each.createdMs) / 100) : 0,
          State: { Running: each.running, ExitCode: 0, Health: { Status: each.health } },
          Config: {
            Image: each.image,
            Labels: {
              "com.docker.compose.service": each.service,
              "com.docker.compose.container-number": String(each.number),
              "com.docker.compose.config-hash": configHash(each),
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
    if (!state.containers.some(({ id, running }) => running && words.includes(id)))
      fail("Error response from daemon: container is not running");
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
  const named = rest.filter((word) => isNamed(word));
  if (verb === "version") return say("2.40.3");
  if (gone !== undefined) return fail(`open ${gone}: no such file or directory`);
  for (const [name, { image }] of overlays.flatMap(({ services }) => Object.entries(services)))
    if (!isNamed(name) && image === undefined)
      return fail(`service "${name}" has neither an image nor a build context specified`);
  if (verb === "ps" && rest.includes("json")) {
    for (const { service, running } of state.containers)
      say(JSON.stringify({ Service: service, State: running ? "running" : "exited" }));
    return;
  }
  if (verb === "ps") {
    for (const { id, service } of state.containers) if (named.includes(service)) say(id);
    return;
  }
  if (verb === "logs") {
    const index = rest[rest.indexOf("--index") + 1];
    for (const each of state.containers)
      if (named.includes(each.service) && String(each.number) === index)
        say(`${each.service} of ${each.hash} speaks`);
    return;
  }
  if (verb === "config") {
    if (rest[0] === "--services") return say(active.join("\n"));
    if (rest[0] === "--hash") {
      for (const service of (rest[1] ?? "").split(",")) say(`${service} ${configHash(wanted(service))}`);
      return;
    }
    const services = active.map((service) => {
      const { volumes = [], secrets = [] } = state.handed[service] ?? {};
      const { files: label, image } = wanted(service);
      return [
        service,
        {
          image,
          labels: label === "" ? {} : { "sightline.files": label },
          environment: state.environment,
          volumes: volumes.map((volume) => {
            const [source = "", target = source] = volume.split(":");
            return { type: "bind", source, target };
          }),
          secrets: secrets.map((source) => ({ source, target: `/run/secrets/${source}` })),
        },
      ];
    });
    const secrets = Object.entries(state.secrets).map(([name, path]) => [name, { name, file: path }]);
    return say(
      JSON.stringify({
        name: "sightline",
        services: Object.fromEntries(services),
        secrets: Object.fromEntries(secrets),
      }),
    );
  }
  tell();
  const remove = (gone: (each: FakeContainer) => boolean): void => {
    state.containers = state.containers.filter((each) => !gone(each));
  };
  if (rest.includes("--remove-orphans")) remove(({ service }) => !isNamed(service));
  if (verb === "down") remove(({ service }) => isNamed(service));
  if (verb === "stop")
    for (const each of state.containers) if (named.includes(each.service)) each.running = false;
  if (verb === "rm") remove(({ service, running }) => named.includes(service) && !running);
  // What is built here, the simulator too; of each only that which has a name stays.
  if (verb === "build")
    for (const service of ["gateway", "agent", "gate", "vllm"])
      state.images[service] = [idOf(`${service}:0.1.0`), state.tags[`sightline-before:${service}`] ?? ""];
  const chosen = named.length > 0 ? named : active;
  if (verb === "up") {
    const scale = Number(rest.find((word) => word.startsWith("agent="))?.slice("agent=".length) ?? 1);
    for (const service of chosen) {
      const count = service === "agent" ? scale : 1;
      if (!rest.includes("--no-recreate"))
        remove((each) => each.service === service && !isAs(each, wanted(service)));
      const found = state.containers.filter((each) => each.service === service);
      for (const each of found) if (service !== "weights") each.running = true;
      for (let made = found.length; made < count; made++) make(service);
    }
    const ill = state.containers.find(
      ({ service, running, health }) => chosen.includes(service) && running && health === "unhealthy",
    );
    if (ill && rest.includes("--wait")) fail(`container sightline-${ill.service}-1 is unhealthy`);
  }
  save();
  const isWaiting = (): boolean =>
    read().containers.some(({ service, health }) => chosen.includes(service) && health === "starting");
  while (rest.includes("--wait") && isWaiting()) await new Promise((resolve) => setTimeout(resolve, 50));
}
