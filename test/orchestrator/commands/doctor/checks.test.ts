import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withDoctor } from "./fixture.ts";

const { folder, run, checks } = withDoctor();

describe("secrets", () => {
  test("a key in a .env that others can read is a warning that does not show it", async () => {
    writeFileSync(join(folder(), ".env"), "CLOUD_ENGINE_API_KEY=sk-canary\n");
    chmodSync(join(folder(), ".env"), 0o644);
    const { stdout } = await run();
    expect(stdout).not.toContain("canary");
    expect((await checks()).of("secrets")).toMatchObject({ state: "warn", fix: "chmod 600 .env" });
    chmodSync(join(folder(), ".env"), 0o600);
    expect((await checks()).of("secrets")?.state).toBe("ok");
  });
});

describe("the weights and the gate", () => {
  test("missing weights fail, and so does the gate that needs them", async () => {
    rmSync(join(folder(), ".models/detector.onnx"));
    const { code, of } = await checks();
    expect(code).toBe(1);
    expect(of("detector")).toMatchObject({ state: "failed", fix: "./sightline fetch detector" });
    expect(of("person gate")).toMatchObject({
      state: "failed",
      detail: expect.stringContaining("every picture"),
    });
  });

  test("weights with one byte flipped fail", async () => {
    writeFileSync(join(folder(), ".models/detector.onnx"), "veights");
    const { code, of } = await checks();
    expect(code).toBe(1);
    expect(of("detector")?.detail).toMatch(/has sha256 [0-9a-f]{64}, expected [0-9a-f]{64}/);
  });

  test("a gate that does not become ready fails", async () => {
    expect((await checks({ gateReady: false })).of("person gate")).toMatchObject({ state: "failed" });
    const { code, of } = await checks({ gateReady: false, environment: { GATE_URL: "http://gate:8010" } });
    expect(code).toBe(1);
    expect(of("person gate")).toMatchObject({ fix: expect.stringContaining("GATE_URL") });
  });

  test("a gate elsewhere needs no weights here", async () => {
    rmSync(join(folder(), ".models/detector.onnx"));
    const { code, of } = await checks({ environment: { GATE_URL: "http://gate:8010" } });
    expect(of("person gate")).toMatchObject({ state: "ok", detail: "http://gate:8010 is ready" });
    expect(of("detector")?.state).toBe("missing");
    expect(code).toBe(0);
  });
});
