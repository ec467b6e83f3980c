import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunningGate } from "../../../inference/gate/start.ts";
import { chat } from "../../../orchestrator/commands/chat.ts";
import { jsonLines, type Ran, runCommand, type RunOptions } from "../../standins/command.ts";
import {
  cacheMiss,
  fails,
  type OpenaiServer,
  says,
  type SeenRequest,
  startOpenaiServer,
} from "../../standins/openai-server.ts";
import { clearPicture, startStubGate, type TestFolder, testFolder } from "../../standins/photo-files.ts";

const SEEING = "What is in front of me?";

let gate: RunningGate;
let folder: TestFolder;
let clear: string;
beforeAll(async () => {
  gate = await startStubGate();
  folder = testFolder();
  clear = folder.put("clear one.jpg", await clearPicture());
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

describe("a fault in a line", () => {
  it("is told on one line and loses nothing: the conversation goes on, with its history", async () => {
    server.next(says("A red door."), says("Still there."));
    const lines = [
      `/photo ${clear}`,
      SEEING,
      "/photo /nowhere/gone.jpg",
      "/sing",
      "/photograph this",
      "x".repeat(10_000),
      "\u0007",
      "Is it still in front of me?",
    ];
    const ran = await run(["--json"], { input: `${lines.join("\n")}\n` });
    expect(ran.code).toBe(1);
    expect(ran.stderr.trim().split("\n")).toEqual([
      expect.stringMatching(/^sightline: \/nowhere\/gone\.jpg does not exist; expected /),
      "sightline: /sing is not known; expected /photo PATH or /quit",
      "sightline: /photograph is not known; expected /photo PATH or /quit",
      "sightline: the question has 10000 characters; expected at most 4000",
      "sightline: the question is empty; expected at least one word",
    ]);
    const turns = jsonLines(ran);
    expect(turns.map((turn) => turn["turn"])).toEqual([1, 2]);
    expect(turns[1]).toMatchObject({ answer: "Still there.", frame: { width: 640 } });
    expect(saidTo(server.chats[1]!)).toContain("A red door.");
  });

  it("of the engine: the describer covers it, and the next turn asks the engine again, with the history", async () => {
    server.next(says("A red door."), fails(500), fails(500), says("Back again."));
    const prompts = [SEEING, "Is anything in front of me?", "What is in front of me now?"].join("|");
    const ran = await run(["--photo", clear, "--prompts", prompts, "--json"]);
    const turns = jsonLines(ran);
    expect(turns.map((turn) => (turn["route"] as { engine: string }).engine)).toEqual([
      "local",
      "describer",
      "local",
    ]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/^note: local engine: .* failed \(500\)[^\n]*\n$/);
    expect(turns[2]).toMatchObject({ answer: "Back again." });
    expect(saidTo(server.chats.at(-1)!)).toContain("A red door.");
  });

  it("of the engine in a turn that nobody else can answer: the notice, exit 1 in the end", async () => {
    server.next(says("Paris."), fails(500), fails(500), says("Madrid."));
    const countries = ["France", "Italy", "Spain"];
    const prompts = countries.map((country) => `What is the capital of ${country}?`).join("|");
    const ran = await run(["--prompts", prompts, "--json"]);
    expect(ran.code).toBe(1);
    expect(jsonLines(ran).map((turn) => [turn["outcome"], turn["answer"]])).toEqual([
      ["answered", "Paris."],
      ["notice", "I can't answer right now."],
      ["answered", "Madrid."],
    ]);
    expect(saidTo(server.chats.at(-1)!)).toContain("Paris.");
    expect(saidTo(server.chats.at(-1)!)).not.toContain("can't answer");
  });

  it("a picture that the engine has lost is sent again with its bytes, and nobody notices", async () => {
    server.next(says("A red door."), cacheMiss, says("Yes, red."));
    const ran = await run([
      "--photo",
      clear,
      "--prompts",
      `${SEEING}|Is the thing in front of me red?`,
      "--json",
    ]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(jsonLines(ran)[1]).toMatchObject({ answer: "Yes, red.", outcome: "answered" });
    const pictures = server.chats.map(({ body }) =>
      (body?.messages ?? [])
        .flatMap(({ content }) => (typeof content === "string" ? [] : content))
        .filter((part) => part.type === "image_url")
        .map((part) => (part.image_url === null ? "id" : "bytes")),
    );
    expect(pictures[0]).toEqual(["bytes"]);
    expect(pictures[1]).toContain("id");
    expect(pictures[2]).not.toContain("id");
    expect(server.chats).toHaveLength(3);
  });
});
