import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chat } from "../../../orchestrator/commands/chat.ts";
import { jsonLines, type Ran, runCommand } from "../../standins/command.ts";
import { type OpenaiServer, says, startOpenaiServer } from "../../standins/openai-server.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

let server: OpenaiServer;
let folder: TestFolder;
beforeEach(async () => {
  server = await startOpenaiServer();
  folder = testFolder();
});
afterEach(async () => {
  await server.close();
  folder.remove();
});

/** A conversation without pictures. */
const talk = (prompts: string, env: Readonly<Record<string, string>> = {}, ...args: string[]): Promise<Ran> =>
  runCommand(chat, ["--prompts", prompts, ...args], {
    env: { GATE_URL: "http://127.0.0.1:9", LOCAL_ENGINE_URL: server.url, ...env },
  });

const lastText = (index: number): string => JSON.stringify(server.chats[index]?.body?.messages.at(-1));

describe("local commands in a typed conversation", () => {
  it("repeat and spell without asking a model", async () => {
    server.next(says("Louis |Braille."));
    const ran = await talk("Who invented Braille?|Could you say that again?|spell that");
    expect(ran).toEqual({
      code: 0,
      stderr: "",
      stdout: "Louis Braille.\nLouis Braille.\nB, R, A, I, L, L, E.\n",
    });
    expect(server.chats).toHaveLength(1);
  });

  it("what was sent where is answered from what was sent, never by the model", async () => {
    const ran = await talk("what did you send where|Tell me a joke.|what did you send where");
    expect(ran.stdout.split("\n")).toMatchObject({
      0: "The record of this call is still empty.",
      2: "In this call, no pictures. Nothing left this machine.",
    });
    expect(server.chats).toHaveLength(1);
    const cloud = {
      LOCAL_ENGINE_URL: "",
      CLOUD_ENGINE_URL: "http://cloud.invalid/v1",
      CLOUD_ENGINE_MODEL: "m",
    };
    const away = await talk("Tell me a joke.|what did you send where", cloud);
    expect(away.stdout).toContain("The words of one question went to cloud.invalid.");
  });

  it("are counted as turns in --json, and say what they are", async () => {
    const ran = await talk("repeat|Tell me a joke.", {}, "--json");
    expect(jsonLines(ran).map(({ turn, outcome }) => [turn, outcome])).toEqual([
      [1, "command"],
      [2, "answered"],
    ]);
  });

  it("shorter and more say with the question how long an answer is wanted; the system text stays", async () => {
    await talk("Tell me a joke.|shorter|Tell me a joke.|more|more|Tell me a joke.");
    const texts = [0, 1, 2, 3, 4].map(lastText);
    expect(texts[0]).not.toContain("(");
    expect(texts[1]).toContain("(Answer in one sentence");
    expect(texts[2]).not.toContain("(");
    expect(texts[3]).toContain("(Answer in detail");
    expect(texts[4]).toContain("(Answer in detail");
    expect(new Set(server.chats.map(({ body }) => JSON.stringify(body?.messages[0]))).size).toBe(1);
    expect(JSON.stringify(server.chats[2]?.body?.messages)).toContain("(Answer in one sentence");
  });

  it("more asks the model to tell more of its last answer, in words of the persona's language", async () => {
    await talk("Tell me a joke.|more");
    expect(lastText(1)).toContain(String.raw`"Tell me more about it.\n(Answer in detail`);
  });

  it("stop says nothing, and asks no model", async () => {
    expect(await talk("stop")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(jsonLines(await talk("stop", {}, "--json"))).toEqual([
      { turn: 1, question: "stop", answer: "", outcome: "command" },
    ]);
    expect(server.chats).toHaveLength(0);
  });

  it("goodbye leaves, and what comes after it is not asked", async () => {
    const ran = await talk("Goodbye.|Tell me a joke.");
    expect(ran).toEqual({ code: 0, stdout: "Goodbye.\n", stderr: "" });
    const listening = await runCommand(chat, [], {
      env: { GATE_URL: "http://127.0.0.1:9", LOCAL_ENGINE_URL: server.url },
      input: "goodbye\nTell me a joke.\n",
    });
    expect(listening).toMatchObject({ code: 0, stdout: "Goodbye.\n" });
    expect(server.chats).toHaveLength(0);
  });
});

describe("a persona in a typed conversation", () => {
  it("brings its own words, language and length", async () => {
    const persona = {
      name: "Ada",
      language: "de",
      instructions: "Du bist Ada.",
      verbosity: "short",
      camera: false,
    };
    const file = folder.put("ada.json", Buffer.from(JSON.stringify(persona)));
    server.next(says("Hallo."));
    const ran = await talk("Was ist vor mir?|wiederhole das", { PERSONA_FILE: file });
    expect(ran).toEqual({ code: 0, stdout: "Hallo.\nHallo.\n", stderr: "" });
    const [system] = server.chats[0]!.body!.messages;
    expect(JSON.stringify(system)).toMatch(/Du bist Ada\..*Speak German/);
    expect(lastText(0)).toContain("(Antworte in einem Satz");
  });

  it("that cannot be read is a fault of the configuration", async () => {
    const file = folder.put("bad.json", Buffer.from("{}"));
    const ran = await talk("Hello", { PERSONA_FILE: file });
    expect(ran).toMatchObject({ code: 78, stdout: "" });
    expect(ran.stderr).toMatch(/PERSONA_FILE .*name: /);
  });
});
