import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { testFolder } from "../../standins/photo-files.ts";

const MAIN = fileURLToPath(new URL("../../../orchestrator/main.ts", import.meta.url));

test("a fault that nobody caught ends the gateway, and is logged without its words", async () => {
  const folder = testFolder();
  onTestFinished(() => folder.remove());
  const fault = folder.put(
    "fault.mjs",
    `const write = process.stdout.write.bind(process.stdout);
     process.stdout.write = (...line) => {
       setTimeout(() => void Promise.reject(new RangeError("what Ada asked")));
       return write(...line);
     };`,
  );
  const env = { PORT: "0", GATE_URL: "http://127.0.0.1:9", DATA_DIR: folder.path, LOG_LEVEL: "warn" };
  const ended = promisify(execFile)(process.execPath, ["--import", fault, MAIN, "gateway"], { env });
  const { code, stdout, stderr } = (await ended.catch((error: unknown) => error)) as {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
  };
  expect(code).toBe(1);
  expect(stdout).toContain('{"listening":');
  expect(stderr).toContain('"fault":"RangeError"');
  expect(stderr).not.toContain("Ada");
}, 30_000);

test("the gateway says nothing, and asks no program for its voices", async () => {
  const folder = testFolder();
  onTestFinished(() => folder.remove());
  const asked = join(folder.path, "asked");
  chmodSync(folder.put("espeak-ng", `#!/bin/sh\necho voices > ${asked}\n`), 0o755);
  const env = {
    PORT: "0",
    GATE_URL: "http://127.0.0.1:9",
    DATA_DIR: folder.path,
    PATH: `${folder.path}:${process.env["PATH"]}`,
    TTS: "espeak",
  };
  const gateway = promisify(execFile)(process.execPath, [MAIN, "gateway"], { env });
  gateway.child.stdout?.once("data", () => gateway.child.kill("SIGTERM"));
  expect((await gateway).stdout).toContain('{"listening":');
  expect(existsSync(asked)).toBe(false);
}, 30_000);
