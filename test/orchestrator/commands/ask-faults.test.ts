import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningGate } from "../../../inference/gate/start.ts";
import { ask } from "../../../orchestrator/commands/ask.ts";
import { jsonLines, type Ran, runCommand, type RunOptions } from "../../standins/command.ts";
import { personPicture, startStubGate, type TestFolder, testFolder } from "../../standins/photo-files.ts";

const SEEING = "What is in front of me?";

let gate: RunningGate;
let folder: TestFolder;
let person: string;
beforeAll(async () => {
  gate = await startStubGate();
  folder = testFolder();
  person = folder.put("person.jpg", await personPicture());
});
afterAll(async () => {
  await gate.close();
  folder.remove();
});

const run = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  runCommand(ask, args, { ...options, env: { GATE_URL: gate.url, ...options.env } });

describe("ask, used wrongly", () => {
  it.each<readonly [string, readonly string[], RegExp]>([
    ["no arguments", [], /ask: got 0 arguments; expected IMAGE and "QUESTION"/],
    ["no question", ["photo.jpg"], /got 1 arguments/],
    ["a question in three words", ["photo.jpg", "is", "anyone", "there"], /got 4 arguments/],
    ["an unknown option", ["photo.jpg", "What?", "--colour"], /--colour/],
    ["an option without its value", ["photo.jpg", "What?", "--metrics"], /--metrics/],
    [
      "an unknown engine",
      ["photo.jpg", "What?", "--engine", "gpt"],
      /--engine: got "gpt"; expected simulator/,
    ],
  ])("%s: exit 2 and one line", async (_name, args, message) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(/^sightline: [^\n]*\(--help shows the usage\)\n$/);
    expect(ran.stderr).toMatch(message);
  });

  it("--help goes to stdout", async () => {
    const ran = await run(["--help"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^usage: sightline ask IMAGE "QUESTION"/);
  });

  it.each([
    ["is empty", "", "the question is empty; expected at least one word"],
    ["is blank", " \t\n ", "the question is empty; expected at least one word"],
    [
      "has 10,000 characters",
      "why ".repeat(2500).padEnd(10_001, "?"),
      "the question has 10001 characters; expected at most 4000",
    ],
  ])("a question that %s: exit 1 and one line", async (_name, question, message) => {
    const ran = await run([person, question, "--json"]);
    expect(ran).toMatchObject({ code: 1, stdout: "", stderr: `sightline: ${message}\n` });
  });

  it("a wrong configuration: exit 78, every fault named, no secret shown", async () => {
    const env = {
      LOCAL_ENGINE_URL: "localhost:8000",
      ROUTE_POLICY: "cloud-only",
      TOKEN_GAP_MS: "soon",
      SECRET_KEY: "hunter2-hunter2",
    };
    const ran = await run([person, SEEING], { env });
    expect(ran).toMatchObject({ code: 78, stdout: "" });
    expect(ran.stderr).toMatch(/^sightline: configuration: 4 faults\n/);
    for (const name of Object.keys(env))
      expect(ran.stderr).toMatch(new RegExp(`^ {2}${name}: got .*; expected `, "m"));
    expect(ran.stderr).not.toContain("hunter2");
  });

  it("an interrupted turn: exit 130", async () => {
    const stop = new AbortController();
    stop.abort(new DOMException("shutdown", "AbortError"));
    const ran = await run([person, SEEING, "--json"], { signal: stop.signal });
    expect(ran.code).toBe(130);
    expect(jsonLines(ran)[0]).toMatchObject({ outcome: "cancelled", answer: "" });
  });
});
