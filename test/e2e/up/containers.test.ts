import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { filesOverlay, mountedFiles, wordFor } from "../../../orchestrator/up/mounted-files.ts";
import type { ComposePlan } from "../../../orchestrator/up/compose-plan.ts";
import { planWords } from "../../../orchestrator/up/plan-words.ts";
import { loadCompose } from "../../../scripts/tools/compose-model.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";
import { PROJECT, sightline } from "../programs.ts";
import { fakeMachine, type FakeMachine } from "./fake-machine.ts";

// What is asked of Docker, by a stand-in that writes it down: there is no engine where this runs.

let folder: TestFolder;
let machine: FakeMachine;
beforeEach(() => {
  folder = testFolder();
  machine = fakeMachine(join(folder.path, "bin"));
  machine.docker({ rootDir: folder.path, gpus: false });
});
afterEach(() => folder.remove());

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const program = sightline(args, {
    env: { PATH: machine.path, DATA_DIR: join(folder.path, "data"), BIND_ADDRESS: "127.0.0.1", ...env },
  });
  const code = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

/** Each call without the words that name files and the project. */
const commands = (): readonly string[] =>
  machine
    .told()
    .map(({ words }) =>
      words.filter((word) => !/^--(file|env-file|project-directory)=/.test(word)).join(" "),
    );

/** What starts the services that measure, once calls are answered. */
const measuring = (...names: readonly string[]): readonly string[] =>
  names.map(
    (name) => `compose --profile=observability up --detach --no-deps --wait --wait-timeout 150 ${name}`,
  );

test("images are built, weights fetched with their progress, and all of it awaited until it is healthy; then comes what measures", async () => {
  const up = await run(["up", "--engine", "simulator"]);
  expect(up.code, up.stderr).toBe(0);
  expect(commands()).toEqual([
    "compose --profile=observability config --format json",
    "compose build",
    "compose run --rm --no-deps --interactive=false weights fetch yolox_nano",
    "compose up --detach --remove-orphans --wait --wait-timeout 2400",
    "compose config --format json",
    "compose --profile=observability --profile=* ps --all --format json",
    ...measuring("prometheus", "grafana"),
  ]);
  // The same sources give the same image again, so that an upgrade without a change exchanges nothing.
  const built = machine.told().find(({ words }) => words.at(-1) === "build");
  expect(built?.environment.get("BUILDX_NO_DEFAULT_ATTESTATIONS")).toBe("1");
  const [first] = machine.told();
  expect(first?.words).toEqual(
    expect.arrayContaining(
      ["docker-compose.gpu.yml", "docker-compose.cpu.yml"].map((file) => `--file=${join(PROJECT, file)}`),
    ),
  );
  expect(up.stdout).toMatch(/Sightline is up: open https:\/\/[\d.]+:8443\n/);
  expect(up.stdout).toContain("a simulator: its answers say so, and it sees nothing");
  expect(up.stdout).toContain("  hears        typed questions; for speech set DEEPGRAM_API_KEY or STT_URL\n");
  expect(up.stdout).toContain("  profiles     observability\n");
  expect(up.stdout).toMatch(
    / {2}Grafana {6}http:\/\/127\.0\.0\.1:3000, for admin with the password in \/.*grafana_password\n/,
  );
  expect(up.stdout).toContain("  Prometheus   http://prometheus:9090 among the containers;");
});

test("what measures cannot keep the stack from being up: it is warned of, by name", async () => {
  machine.failing("grafana");
  const up = await run(["up", "--engine", "simulator"]);
  expect(up.code, up.stderr).toBe(0);
  expect(up.stdout).toContain("Sightline is up: open https://");
  expect(up.stdout).not.toContain("  Grafana ");
  expect(up.stderr).toMatch(/could not select device driver/);
  expect(up.stderr.trimEnd().split("\n").at(-1)).toMatch(
    /^sightline: calls are answered, but grafana does not run, so not all of it is measured;/,
  );
});

test("without the profile nothing measures; what did before is ended", async () => {
  expect((await run(["up", "--engine", "simulator"])).code).toBe(0);
  const before = commands().length;
  const measuringNow = { prometheus: ["running", "healthy"], grafana: ["running", "healthy"] } as const;
  machine.containers({ config: '{"services":{}}', ps: ps(measuringNow) });
  const up = await run(["up", "--engine", "simulator", "--profiles", "none"]);
  expect(up.code, up.stderr).toBe(0);
  expect(commands().slice(before)).toEqual([
    "compose --profile=observability --profile=* ps --all --format json",
    "compose config --format json",
    "compose build",
    "compose run --rm --no-deps --interactive=false weights fetch yolox_nano",
    "compose up --detach --remove-orphans --wait --wait-timeout 2400",
    "compose config --format json",
    "compose --profile=* ps --all --format json",
    "compose --profile=* stop --timeout 5 prometheus grafana",
    "compose --profile=* rm --force prometheus grafana",
  ]);
  expect(up.stdout).toContain("  profiles     none\n");
});

test("secrets are files, made once; no value of one is told to Docker, nor printed", async () => {
  const up = await run(["up", "--engine", "simulator"]);
  const [{ environment } = { environment: new Map<string, string>() }] = machine.told();
  const secrets = environment.get("SECRETS_DIR") ?? "";
  expect(statSync(secrets).mode & 0o777).toBe(0o700);
  const key = environment.get("SECRET_KEY_FILE") ?? "";
  const made = readFileSync(key, "utf8");
  const told = JSON.stringify(machine.told().map(({ words, environment: all }) => [words, ...all]));
  for (const secret of [made, readFileSync(environment.get("ACCESS_CODE_FILE") ?? "", "utf8")]) {
    expect(told).not.toContain(secret);
    expect(up.stdout + up.stderr).not.toContain(secret);
  }
  expect(readFileSync(environment.get("TLS_CERT_FILE") ?? "", "utf8")).toContain("BEGIN CERTIFICATE");
  await run(["up", "--engine", "simulator"]);
  expect(readFileSync(key, "utf8")).toBe(made);
});

test("each service is laid beside what its files hold, as compose itself resolves them", async () => {
  const files = ["docker-compose.gpu.yml", "docker-compose.cpu.yml"].map((file) => join(PROJECT, file));
  const profiles = ["observability", "turn", "speech"];
  const environment = { SECRETS_DIR: folder.path };
  const config = JSON.stringify(await loadCompose(files.slice(0, 1), { profiles, environment }));
  const secret = (...names: readonly string[]) => names.map((name) => join(folder.path, name));
  const checkout = (...names: readonly string[]) => names.map((name) => join(PROJECT, name));
  const mounted = mountedFiles(config);
  expect(mounted["vllm"]).toEqual(
    [...checkout("inference/vllm/classes/24gb-ada.yaml"), ...secret("local_engine_api_key")].toSorted(),
  );
  expect(mounted["livekit"]).toEqual(
    [...checkout("deploy/livekit.yaml"), ...secret("livekit_api_secret")].toSorted(),
  );
  expect(mounted["turn"]).toEqual(
    [...checkout("deploy/turn.cfg"), ...secret("tls_cert.pem", "tls_key.pem")].toSorted(),
  );
  expect(mounted["agent"]).toEqual(expect.arrayContaining(secret("livekit_api_secret", "metrics_token")));
  const read = mounted["warm-up"]?.map((path) => path.replace(`${join(PROJECT, "inference/vllm")}/`, ""));
  expect(read).toEqual(expect.arrayContaining(["warm_up.json", "warm_up.py", "warm_up_engine.py"]));
  expect(read).not.toContain("README.md");
  for (const name of ["warm-up", "stt", "tts", "prometheus", "grafana", "dcgm"])
    expect(
      mounted[name]?.some((path) => path.startsWith(PROJECT)),
      name,
    ).toBe(true);
  expect(Object.keys(mounted)).not.toContain("gate");

  const overlay = folder.put("files.json", filesOverlay(config, new Uint8Array(32)));
  const laid = JSON.stringify(await loadCompose([...files, overlay], { profiles, environment }));
  expect(JSON.parse(laid)).toMatchObject({
    services: { vllm: { labels: { "sightline.files": wordFor(mounted["vllm"] ?? [], new Uint8Array(32)) } } },
  });
}, 300_000);

/** As `docker compose ps --format json` of 2.40 writes it, without what nobody reads. */
const ps = (containers: Readonly<Record<string, readonly [state: string, health: string]>>): string =>
  Object.entries(containers)
    .map(([name, [state, health]]) =>
      JSON.stringify({ ID: "3f2a", Service: name, State: state, Health: health, ExitCode: 0, Labels: "a=b" }),
    )
    .join("\n");

test("status tells of each service that is to run, and fails unless all of them work", async () => {
  const up = await run(["up", "--engine", "simulator"]);
  expect(up.code, up.stderr).toBe(0);
  const files = ["docker-compose.gpu.yml", "docker-compose.cpu.yml"].map((file) => join(PROJECT, file));
  const config = JSON.stringify(await loadCompose(files, { profiles: ["observability"] }));
  const names = ["agent", "gate", "gateway", "grafana", "livekit", "prometheus", "vllm", "warm-up"];
  const well = Object.fromEntries(names.map((name) => [name, ["running", "healthy"] as const]));
  machine.containers({ config, ps: ps({ ...well, weights: ["exited", ""] }) });
  const good = await run(["status"]);
  expect(good.code, good.stderr).toBe(0);
  expect(good.stdout).toMatch(/^ready: https:/);
  expect(good.stdout).toContain("\n  agent       running    healthy\n");
  expect(good.stdout).toContain("\n  weights     exited     with 0\n");

  machine.containers({
    config,
    ps: ps({ ...well, weights: ["exited", ""], grafana: ["restarting", ""] }),
  });
  const unwatched = await run(["status"]);
  expect(unwatched.code).toBe(1);
  expect(unwatched.stdout).toMatch(/^ready, not watched: https:/);
  expect(unwatched.stdout).toContain("\n! grafana     restarting\n");

  const { agent: _, ...withoutAgent } = well;
  machine.containers({ config, ps: ps({ ...withoutAgent, gate: ["running", "unhealthy"] }) });
  const bad = await run(["status"]);
  expect(bad.code).toBe(1);
  expect(bad.stdout).toContain("\n! gate        running    unhealthy\n");
  expect(bad.stdout).toContain("\n! agent       missing\n");
  const json = await run(["status", "--json"]);
  expect(json.code).toBe(1);
  const { phase, services } = JSON.parse(json.stdout) as { phase: string; services: readonly object[] };
  expect(phase).toBe("not ready");
  expect(services).toHaveLength(names.length + 1);
  expect(services).toContainEqual({
    name: "gate",
    state: "running",
    health: "unhealthy",
    exitCode: null,
    fine: false,
  });

  machine.sleepingDocker();
  const asleep = await run(["status"]);
  expect(asleep.code).toBe(1);
  expect(asleep.stderr).toMatch(/^sightline: docker compose ps does not answer: .*Cannot connect/);
}, 300_000);

test("an upgrade keeps the words of what runs, but those that are said anew", async () => {
  const plan = () =>
    JSON.parse(readFileSync(join(folder.path, "data/up/compose.json"), "utf8")) as ComposePlan;
  const up = await run(["up", "--engine", "simulator", "--gpu-class", "48gb", "--profiles", "none"]);
  expect(up.code, up.stderr).toBe(0);
  machine.containers({ config: '{"services":{}}', ps: "" });
  const upgrade = await run(["upgrade"]);
  expect(upgrade.code, upgrade.stderr).toBe(0);
  expect(planWords(plan())).toEqual({ engine: "simulator", profiles: "none", "gpu-class": "48gb" });
  await run(["upgrade", "--gpu-class", "80gb"]);
  expect(planWords(plan())).toEqual({ engine: "simulator", profiles: "none", "gpu-class": "80gb" });
});

test("status, logs and down are about the same containers; then nothing is up", async () => {
  const up = await run(["up", "--engine", "simulator"]);
  expect(up.code, up.stderr).toBe(0);
  const before = commands().length;
  machine.containers({ config: '{"services":{}}', ps: "" });
  expect((await run(["status"])).code).toBe(0);
  await run(["logs", "agent", "--follow"]);
  await run(["down"]);
  expect(commands().slice(before)).toEqual([
    "compose --profile=observability ps --all --format json",
    "compose --profile=observability config --format json",
    "compose --profile=observability --profile=* logs --tail 50 --follow agent",
    "compose --profile=observability --profile=* down --remove-orphans",
  ]);
  expect((await run(["status"])).stdout).toContain("nothing is up");
  expect(existsSync(join(folder.path, "data", "secrets"))).toBe(true);
});
