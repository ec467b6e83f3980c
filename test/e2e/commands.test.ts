import { existsSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { freeTcpPort } from "../../orchestrator/lib/free-port.ts";
import { PROJECT, sightline, start } from "./programs.ts";

describe("the command itself", () => {
  it("without a command: the help on stderr, exit 2", async () => {
    const bare = sightline([]);
    expect(await bare.ended).toBe(2);
    expect(bare.stdout()).toBe("");
    expect(bare.stderr()).toMatch(/^usage: sightline COMMAND/m);
  });

  it("an unknown command, also one that every object has: exit 2, one line", async () => {
    for (const name of ["describe", "constructor", "--version"]) {
      const ran = sightline([name]);
      expect(await ran.ended).toBe(2);
      expect(ran.stdout()).toBe("");
      expect(ran.stderr()).toMatch(/^sightline: no command "[^\n]*"; expected one of ask, chat, [^\n]*\n$/);
    }
  });

  it("every command that the help names has a help of its own", async () => {
    const help = sightline(["--help"]);
    expect(await help.ended).toBe(0);
    const names = [...help.stdout().matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name]) => name!);
    expect(names).toEqual(
      expect.arrayContaining(["ask", "chat", "judge", "needs-frame", "gate", "simulator", "fetch", "doctor"]),
    );
    for (const name of names) {
      const ran = sightline([name, "--help"]);
      expect(await ran.ended).toBe(0);
      expect(ran.stdout()).toMatch(new RegExp(`^usage: sightline ${name}`));
      expect(ran.stderr()).toBe("");
    }
  });

  it("a wrong configuration: exit 78", async () => {
    const ran = sightline(["ask", "-", "Hello?"], { env: { LOCAL_ENGINE_URL: "nowhere" } });
    expect(await ran.ended).toBe(78);
    expect(ran.stderr()).toMatch(
      /^sightline: configuration: 1 fault\n {2}LOCAL_ENGINE_URL: got "nowhere"; expected /,
    );
  });
});

describe("make help", () => {
  it("lists the targets", async () => {
    const make = start("make", ["help"]);
    expect(await make.ended).toBe(0);
    for (const target of ["setup", "demo", "test", "check", "bench", "clean"])
      expect(make.stdout()).toMatch(new RegExp(`^ {2}make ${target} +\\S`, "m"));
  });
});

describe("the simulator as a service", () => {
  it("answers ask over HTTP, and drains on SIGTERM", async () => {
    const simulator = sightline(["simulator", "--port", "0", "--profile", "zero"]);
    await expect.poll(simulator.stdout, { interval: 10, timeout: 10_000 }).toMatch(/\n/);
    const { listening } = JSON.parse(simulator.stdout()) as { listening: string };
    const env = { LOCAL_ENGINE_URL: `${listening}/v1`, GATE_URL: "http://127.0.0.1:1" };
    const prompts = "What is the capital of France?|Thanks. And of Spain?";
    const chat = sightline(["chat", "--json", "--prompts", prompts], { env });
    expect(await chat.ended).toBe(0);
    const turns = chat
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(turns).toHaveLength(2);
    expect(turns[1]).toMatchObject({ turn: 2, outcome: "answered", route: { engine: "local" } });
    expect(turns[1]!["cachedTokens"]).toBeGreaterThan(0);
    simulator.child.kill("SIGTERM");
    expect(await simulator.ended).toBe(0);
  });

  it("refuses connections until it is loaded, and ends at once when it is asked to before", async () => {
    const port = await freeTcpPort();
    const load = (ms: number) => sightline(["simulator", `--port=${port}`, `--start-delay-ms=${ms}`]);
    const simulator = load(1000);
    await expect.poll(simulator.stdout, { interval: 10, timeout: 10_000 }).toMatch(/\n/);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    simulator.child.kill("SIGTERM");
    expect(await simulator.ended).toBe(0);
    const slow = load(60_000);
    await wait(1500);
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow("fetch failed");
    slow.child.kill("SIGTERM");
    expect(await slow.ended).toBe(0);
    expect(slow.stdout()).toBe("");
  });

  it("an answer that is running when it drains without time: the user hears what was said, and that the rest is lost", async () => {
    const simulator = sightline(["simulator", "--port", "0", "--profile", "l40s-7b"]);
    await expect.poll(simulator.stdout, { interval: 10, timeout: 10_000 }).toMatch(/\n/);
    const { listening } = JSON.parse(simulator.stdout()) as { listening: string };
    const env = { LOCAL_ENGINE_URL: `${listening}/v1`, GATE_URL: "http://127.0.0.1:1" };
    const ask = sightline(["ask", "-", "What is the capital of France?"], { env });
    await expect.poll(ask.stdout, { interval: 5, timeout: 10_000 }).toMatch(/\w/);
    simulator.child.kill("SIGTERM");
    expect(await ask.ended).toBe(1);
    expect(ask.stdout()).toMatch(/I lost the rest\.\n$/);
    expect(ask.stderr()).toMatch(/^note: local engine: [^\n]*\n$/);
    expect(await simulator.ended).toBe(0);
  });
});

describe.skipIf(!existsSync(`${PROJECT}README.md`))("the README", () => {
  it("names only commands and targets that exist", async () => {
    const readme = readFileSync(`${PROJECT}README.md`, "utf8");
    const help = sightline(["--help"]);
    await help.ended;
    const make = start("make", ["help"]);
    await make.ended;
    const fenced = [...readme.matchAll(/^```[a-z]*\n(.*?)^```/gms)].map(([, block]) => block).join("\n");
    const used = (program: RegExp): readonly string[] =>
      [...fenced.matchAll(program)].map(([, name]) => name!);
    for (const name of used(/^(?:\$ )?\.\/sightline ([a-z-]+)/gm))
      expect(help.stdout()).toMatch(new RegExp(`^ {2}${name} `, "m"));
    for (const name of used(/^(?:\$ )?make ([a-z0-9-]+)/gm))
      expect(make.stdout()).toMatch(new RegExp(`^ {2}make ${name} `, "m"));
  });
});
