import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const project = join(import.meta.dirname, "..", "..");

async function contract(
  url: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly said: string }> {
  const child = spawn(process.execPath, [join(project, "scripts", "contract-vllm.ts"), url, "--fast"], {
    env: { ...process.env, ...environment },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => (said += data.toString()));
  const [code] = (await once(child, "close")) as [number];
  return { code, said };
}

describe("make contract", () => {
  it("checks what is told of the server, and stops it at last", { timeout: 60_000 }, async () => {
    const shutdown = { shutdownTimeoutMs: 20_000, shutdownLingerMs: 30 };
    const options = { profile: "h100-2b", maxModelLen: 4096, maxNumSeqs: 1, ...shutdown };
    const main = join(project, "inference", "simulator", "main.ts");
    const simulator = spawn(process.execPath, [main, JSON.stringify(options)]);
    onTestFinished(() => void simulator.kill("SIGKILL"));
    const gone = once(simulator, "exit");
    const [line] = (await once(simulator.stdout, "data")) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    const { code, said } = await contract(url, { SLOTS: "1", STOP_PID: String(simulator.pid) });
    const lines = said.trim().split("\n");
    expect(lines.filter((each) => each.startsWith("-"))).toEqual([
      expect.stringMatching(/^- {5}an evicted picture.*: needs PICTURE_CACHE_GB$/),
      expect.stringMatching(/^- {5}evicted blocks.*: needs at most 20000 tokens of KV memory, not 560000$/),
      "-     an idle connection closes after 5 s: slow",
      "-     a wrong key: 401 with a string; health and metrics stay open: needs a server with a key",
      expect.stringMatching(/^- {5}above the queue limit.*: needs QUEUE_LIMIT$/),
      expect.stringMatching(/^- {5}many pictures at once.*: needs QUEUE_LIMIT$/),
    ]);
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, 6 left out$/);
    expect(code).toBe(0);
    await gone;
  });

  it("refuses a number that is none", async () => {
    const { code, said } = await contract("http://127.0.0.1:1", { SLOTS: "many" });
    expect(said).toBe('SLOTS: got "many"; expected a number above 0\n');
    expect(code).toBe(2);
  });
});
