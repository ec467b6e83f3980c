import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunningGate } from "../../inference/gate/start.ts";
import { type OpenaiServer, says, startOpenaiServer } from "../standins/openai-server.ts";
import {
  clearPicture,
  personPicture,
  startStubGate,
  type TestFolder,
  testFolder,
} from "../standins/photo-files.ts";
import { childrenOf, isAlive, PROJECT, sightline, start } from "./programs.ts";

const SEEING = "What is in front of me?";
const shelf = join(process.env["ASSETS_MIRROR"] ?? `${PROJECT}../shared/assets`, "person-gate");
const hasWeights = existsSync(join(shelf, "yolox_nano.onnx"));
if (!hasWeights) console.log("e2e: no weights in ASSETS_MIRROR, so the gate child runs without them");

let folder: TestFolder;
let gate: RunningGate;
let clear: string;
let person: string;
beforeAll(async () => {
  folder = testFolder();
  gate = await startStubGate();
  clear = folder.put("clear.jpg", await clearPicture());
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

describe("ask with a gate child of its own", () => {
  it.skipIf(!hasWeights)(
    "finds the person in a photo, in words and as JSON, and leaves no process",
    async () => {
      const photo = join(shelf, "images/007_data_person.jpg");
      const env = { MODELS_DIR: shelf };
      const words = sightline(["ask", photo, "Is anyone there?"], { env });
      expect(await words.ended).toBe(0);
      expect(words.stdout()).toMatch(/person|people/i);
      expect(words.stderr()).toBe("");
      const json = sightline(["ask", photo, "Is anyone there?", "--json"], { env });
      await expect.poll(() => childrenOf(json.child.pid!), { interval: 5, timeout: 5000 }).toHaveLength(1);
      const [child] = childrenOf(json.child.pid!);
      expect(await json.ended).toBe(0);
      expect(JSON.parse(json.stdout())).toMatchObject({
        verdict: { value: "person" },
        route: { engine: "describer" },
      });
      expect(isAlive(child!)).toBe(false);
    },
  );

  it("without weights: says what is missing, answers nothing it does not know, exit 1", async () => {
    const ask = sightline(["ask", clear, SEEING, "--json"], { env: { MODELS_DIR: folder.path } });
    expect(await ask.ended).toBe(1);
    expect(ask.stderr()).toMatch(
      /^note: the person gate gave no verdict \(gate-unready\); 'sightline doctor' [^\n]*\n$/,
    );
    expect(JSON.parse(ask.stdout())).toMatchObject({
      outcome: "notice",
      verdict: { value: "unknown", reason: "gate-unready" },
    });
  });

  it.skipIf(!hasWeights)(
    "chat goes on when the child dies of SIGSEGV, and nothing leaves meanwhile",
    async () => {
      const env = {
        MODELS_DIR: shelf,
        LOCAL_ENGINE_URL: server.url,
        CLOUD_ENGINE_URL: "http://127.0.0.1:1/v1",
      };
      const chat = sightline(["chat", "--json"], { env, stdio: ["pipe", "pipe", "pipe"] });
      const lines = (): readonly string[] =>
        chat
          .stdout()
          .split("\n")
          .filter((line) => line !== "");
      chat.child.stdin!.write(`/photo ${join(shelf, "images/007_data_person.jpg")}\nIs anyone there?\n`);
      await expect.poll(() => lines().length, { timeout: 10_000 }).toBe(1);
      const [child] = childrenOf(chat.child.pid!);
      process.kill(child!, "SIGSEGV");
      await expect.poll(() => isAlive(child!), { interval: 5 }).toBe(false);
      chat.child.stdin!.write(`/photo ${clear}\nIs anyone there now?\n`);
      await expect.poll(() => lines().length, { timeout: 10_000 }).toBe(2);
      expect(JSON.parse(lines()[1]!)).toMatchObject({
        verdict: { value: "unknown" },
        route: { engine: "local" },
      });
      await expect.poll(() => childrenOf(chat.child.pid!).length, { timeout: 10_000 }).toBe(1);
      chat.child.stdin!.end();
      expect(await chat.ended).toBe(0);
      expect(lines()).toHaveLength(2);
    },
  );
});

describe("Ctrl-C", () => {
  const half = "A |door |on |the |left|, |and |a |window.";

  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s in mid-answer: it stops, the server sees it, exit 130, no orphan",
    async (signal) => {
      server.always(says(half, { itlMs: 300 }));
      const env = { MODELS_DIR: folder.path, LOCAL_ENGINE_URL: server.url };
      const ask = sightline(["ask", clear, SEEING], { env });
      await expect.poll(ask.stdout, { interval: 5, timeout: 10_000 }).toMatch(/A /);
      const children = childrenOf(ask.child.pid!);
      expect(children).toHaveLength(1);
      ask.child.kill(signal);
      expect(await ask.ended).toBe(130);
      expect(ask.stdout()).toMatch(/^A .*\n {2}\(stopped\)\n$/s);
      expect(ask.stdout()).not.toContain("window");
      expect(await server.chats[0]!.ended).toBe(true);
      expect(children.filter(isAlive)).toEqual([]);
    },
  );

  it("killed outright: the gate child goes too", async () => {
    server.always(says(half, { itlMs: 300 }));
    const env = { MODELS_DIR: folder.path, LOCAL_ENGINE_URL: server.url };
    const ask = sightline(["ask", clear, SEEING], { env });
    await expect.poll(ask.stdout, { interval: 5, timeout: 10_000 }).toMatch(/A /);
    const children = childrenOf(ask.child.pid!);
    ask.child.kill("SIGKILL");
    expect(await ask.ended).toBe("SIGKILL");
    await expect.poll(() => children.filter(isAlive), { timeout: 5000 }).toEqual([]);
  });
});

describe("pipes", () => {
  it("a reader that leaves early is no fault", async () => {
    const env = { GATE_URL: gate.url, LOCAL_ENGINE_URL: server.url };
    const prompts = Array.from({ length: 6 }, (_, index) => `What is in front of me, ${index}?`).join("|");
    const script = './sightline chat --json --photo "$1" --prompts "$2" | head -1; echo "${PIPESTATUS[0]}"';
    const piped = start("bash", ["-c", script, "bash", person, prompts], { env });
    expect(await piped.ended).toBe(0);
    const [first, code, ...rest] = piped.stdout().trim().split("\n");
    expect(JSON.parse(first!)).toMatchObject({ turn: 1 });
    expect(["0", "141"]).toContain(code);
    expect(rest).toEqual([]);
    expect(piped.stderr()).toBe("");
  });

  it("needs-frame reads its questions from one", async () => {
    const piped = start("bash", ["-c", 'printf "Is anyone there?\\n" | ./sightline needs-frame --json']);
    expect(await piped.ended).toBe(0);
    expect(JSON.parse(piped.stdout())).toMatchObject({ question: "Is anyone there?", value: true });
  });
});

describe("a file without permission", () => {
  it("is told apart from one that is not there", async () => {
    const secret = folder.put("secret.jpg", await clearPicture());
    const root = process.getuid?.() === 0;
    const script =
      'chmod 755 "$(dirname "$1")"; chmod 000 "$1"; exec $2 ./sightline ask "$1" "What is this?"';
    const drop = root ? "setpriv --reuid 65534 --clear-groups" : "";
    const ask = start("bash", ["-c", script, "bash", secret, drop], { env: { GATE_URL: gate.url } });
    expect(await ask.ended).toBe(1);
    expect(ask.stderr()).toMatch(
      /^sightline: [^\n]*secret\.jpg may not be read: permission denied; expected [^\n]*\n$/,
    );
  });
});
