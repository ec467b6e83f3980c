import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { type ComposeService, GPU_FILE, loadModel, PROJECT } from "./compose-model.ts";

// The loader is built here the first time.
beforeAll(async () => void (await loadModel([GPU_FILE])), 600_000);

async function dcgm(): Promise<ComposeService> {
  const { services } = await loadModel([GPU_FILE], { profiles: ["observability"] });
  return services["dcgm"]!;
}

it("is well when it tells the card's memory, and only then", async () => {
  const [, program = "", ...words] = (await dcgm()).healthcheck!.test;
  let exposition = "";
  const server = createServer((_, response) => response.end(exposition)).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const look = async (): Promise<unknown> => {
    const child = spawn(
      program,
      words.map((word) => word.replace("/9400", `/${port}`)),
    );
    return (await once(child, "exit"))[0];
  };
  exposition = '# HELP DCGM_FI_DEV_FB_FREE Free memory (in MiB).\nDCGM_FI_DEV_FB_FREE{gpu="0"} 4096\n';
  expect(await look()).toBe(0);
  exposition = "# HELP DCGM_FI_DEV_FB_FREE Free memory (in MiB).\n";
  expect(await look()).not.toBe(0);
  server.close();
  expect(await look()).not.toBe(0);
});

it("is told to read what the alert and the dashboard need, in the form that it takes", async () => {
  const { volumes, command } = await dcgm();
  const { source = "", target } = volumes[0] ?? {};
  expect(source).toBe(join(PROJECT, "observability/dcgm-counters.csv"));
  expect(command).toContain(target);
  const lines = readFileSync(source, "utf8").trim().split("\n");
  const fields = lines.filter((line) => !line.startsWith("#"));
  for (const line of fields) expect(line).toMatch(/^DCGM_FI_DEV_\w+, (gauge|counter), [^,]+$/);
  // DCGM_FI_PROF_ would need SYS_ADMIN.
  expect(fields.map((line) => line.split(",")[0])).toEqual(
    expect.arrayContaining(["DCGM_FI_DEV_FB_FREE", "DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_GPU_UTIL"]),
  );
});
