import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunningGate } from "../../../inference/gate/start.ts";
import { chat } from "../../../orchestrator/commands/chat.ts";
import { jsonLines, type Ran, runCommand, type RunOptions } from "../../standins/command.ts";
import {
  delta,
  hangs,
  type OpenaiServer,
  says,
  type SeenRequest,
  startOpenaiServer,
} from "../../standins/openai-server.ts";
import {
  clearPicture,
  personPicture,
  startStubGate,
  type TestFolder,
  testFolder,
} from "../../standins/photo-files.ts";

const SEEING = "What is in front of me?";

let gate: RunningGate;
let folder: TestFolder;
let clear: string;
let person: string;
beforeAll(async () => {
  gate = await startStubGate();
  folder = testFolder();
  clear = folder.put("clear one.jpg", await clearPicture());
  person = folder.put("person.jpg", await personPicture());
});
afterAll(async () => {
  await gate.close();
  folder.remove();
});

let server: OpenaiServer;
beforeEach(async () => {
  server = await startOpenaiServer();
});
afterEach(() => server.close());

const run = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  runCommand(chat, args, {
    ...options,
    env: { GATE_URL: gate.url, LOCAL_ENGINE_URL: server.url, ...options.env },
  });

/** The texts of a request, in order, the system's left out. */
function saidTo(request: SeenRequest): string {
  return JSON.stringify(request.body?.messages.filter(({ role }) => role !== "system"));
}

describe("chat --prompts", () => {
  it("asks each in turn, numbered from 1, and leaves", async () => {
    const ran = await run(["--prompts", `/photo ${clear}|${SEEING}|Is anyone there?`, "--json"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const turns = jsonLines(ran);
    expect(turns.map((turn) => [turn["turn"], turn["question"], turn["answer"]])).toEqual([
      [1, SEEING, "Hi."],
      [2, "Is anyone there?", "Hi."],
    ]);
    expect(Object.keys(turns[0]!)).toEqual([
      "turn",
      "question",
      "answer",
      "outcome",
      "needsFrame",
      "frame",
      "verdict",
      "route",
      "ttftMs",
      "totalMs",
      "promptTokens",
      "cachedTokens",
      "completionTokens",
    ]);
    expect(turns[0]).toMatchObject({ promptTokens: 40, cachedTokens: 32, completionTokens: 2 });
  });

  it(String.raw`takes \| for a bar of the question`, async () => {
    const ran = await run([
      "--photo",
      clear,
      "--prompts",
      String.raw`Is this A \| B? | | What is in front?`,
      "--json",
    ]);
    expect(jsonLines(ran).map((turn) => turn["question"])).toEqual(["Is this A | B?", "What is in front?"]);
  });

  it("with --listen goes on with the input, and /quit ends it", async () => {
    const ran = await run(["--photo", clear, "--prompts", SEEING, "--listen", "--json"], {
      input: "Is anyone there?\n\n/quit\nWhat is this?\n",
    });
    expect(jsonLines(ran).map((turn) => turn["turn"])).toEqual([1, 2]);
    expect(ran.code).toBe(0);
  });

  it("prints plain answers without --json, a line each", async () => {
    server.next(says("A |door."), says("No|body."));
    const ran = await run(["--photo", clear, "--prompts", `${SEEING}|Is anyone there?`]);
    expect(ran).toEqual({ code: 0, stdout: "A door.\nNobody.\n", stderr: "" });
  });
});

describe("a conversation over the input", () => {
  it("remembers what was said, and what was shown", async () => {
    server.next(says("A red door."), says("Yes, red."));
    const ran = await run(["--json"], { input: `/photo ${clear}\n${SEEING}\nIs it really red?\n` });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(jsonLines(ran)).toHaveLength(2);
    expect(server.chats).toHaveLength(2);
    expect(saidTo(server.chats[1]!)).toContain("A red door.");
    expect(saidTo(server.chats[1]!)).toContain(SEEING);
  });

  it("/photo sets what the camera sees, and /photo alone switches it off", async () => {
    const input = `/photo ${person}\nIs anyone there?\n/photo\nIs anyone there?\n`;
    const turns = jsonLines(await run(["--json"], { input }));
    expect(turns.map((turn) => (turn["verdict"] as { value?: string } | null)?.value)).toEqual([
      "person",
      undefined,
    ]);
    expect(turns[1]).toMatchObject({ frame: null, answer: expect.stringMatching(/camera is off/) });
  });

  it("ends with the end of the input, also of an empty one", async () => {
    expect(await run(["--json"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("stopping", () => {
  it("in mid-answer: the answer ends, the server sees it, the rest is not asked, exit 130", async () => {
    const stop = new AbortController();
    server.next(hangs);
    const running = run(["--photo", clear, "--prompts", `${SEEING}|Is anyone there?`, "--json"], {
      signal: stop.signal,
    });
    await expect.poll(() => server.chats.length, { interval: 5 }).toBe(1);
    stop.abort(new DOMException("shutdown", "AbortError"));
    const ran = await running;
    expect(ran.code).toBe(130);
    expect(jsonLines(ran)).toEqual([expect.objectContaining({ outcome: "cancelled", answer: "" })]);
    expect(await server.chats[0]!.ended).toBe(true);
    expect(server.chats).toHaveLength(1);
  });

  it("after the first words: they stay, and the terminal says that the answer was stopped", async () => {
    const stop = new AbortController();
    server.next((reply) => {
      reply.head();
      reply.event(delta({ content: "A door " }));
    });
    const ran = await run(["--photo", clear, "--prompts", SEEING], {
      signal: stop.signal,
      onStdout: () => stop.abort(new DOMException("shutdown", "AbortError")),
    });
    expect(ran).toEqual({ code: 130, stdout: "A door \n  (stopped)\n", stderr: "" });
    expect(await server.chats[0]!.ended).toBe(true);
  });

  it("while it waits for a line: exit 130", async () => {
    const stop = new AbortController();
    const input = new PassThrough();
    const running = run(["--json"], { signal: stop.signal, input });
    input.write(`/photo ${clear}\n${SEEING}\n`);
    await expect.poll(() => server.chats.length, { interval: 5 }).toBe(1);
    await server.chats[0]!.ended;
    stop.abort(new DOMException("shutdown", "AbortError"));
    const ran = await running;
    expect(ran.code).toBe(130);
    expect(jsonLines(ran)).toHaveLength(1);
  });
});

describe("chat, used wrongly", () => {
  it.each<readonly [string, readonly string[], number]>([
    ["an argument", [clear ?? "photo.jpg"], 2],
    ["an unknown option", ["--prompt", "Hello"], 2],
    ["an unknown engine", ["--engine", "gpt"], 2],
    ["a photo that does not exist", ["--photo", "/nowhere.jpg"], 1],
  ])("%s", async (_name, args, code) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ code, stdout: "" });
    expect(ran.stderr).toMatch(/^sightline: [^\n]+\n$/);
  });

  it("--help", async () => {
    expect((await run(["--help"])).stdout).toMatch(/^usage: sightline chat /);
  });

  it("writes its metrics at the end", async () => {
    const file = `${folder.path}/chat.prom`;
    await run(["--photo", clear, "--prompts", `${SEEING}|Is anyone there?`, "--metrics", file]);
    expect(readFileSync(file, "utf8")).toMatch(
      /^sightline_turns_total\{.*route="local".*outcome="answered"\} 2$/m,
    );
  });
});
