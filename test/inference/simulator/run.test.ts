import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ask, askRaw, parseWire } from "../../../scripts/contract-vllm-wire.ts";
import { turns } from "../../standins/turns.ts";
import { endless, taken } from "./running.ts";

const main = fileURLToPath(new URL("../../../inference/simulator/main.ts", import.meta.url));

async function startProgram(options: object) {
  const child = spawn(process.execPath, [main, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, exited, url: (JSON.parse(line) as { url: string }).url };
}

describe("the simulator as a program", () => {
  it("stays after SIGTERM until the client of an undrained stream leaves, then exits with 0", async () => {
    const { child, exited, url } = await startProgram({ profile: "h100-2b", shutdownLingerMs: 10 });
    const stream = askRaw(url, { body: endless, timeoutMs: 2000 });
    await taken({ url });
    child.kill("SIGTERM");
    await turns(100);
    expect(child.exitCode).toBeNull();
    expect(parseWire(await stream).complete).toBe(false);
    expect(await exited).toBe(0);
  });

  it("exits at once on SIGINT", async () => {
    const { child, exited, url } = await startProgram({ profile: "h100-2b" });
    expect((await ask(url, { method: "GET", path: "/health" })).status).toBe(200);
    const stream = askRaw(url, { body: endless });
    await turns(50);
    child.kill("SIGINT");
    expect(await exited).toBe(0);
    await stream;
  });
});
