import { describe, expect, test } from "vitest";
import { CLOUD, LOCAL, withDoctor } from "./fixture.ts";

const { checks } = withDoctor();

describe("the engines", () => {
  test.each([
    [{ reachable: false, fault: "no answer" }, "start the server, or correct LOCAL_ENGINE_URL"],
    [{ keyAccepted: false, fault: "401" }, "correct LOCAL_ENGINE_API_KEY"],
    [
      { modelKnown: false, models: ["a", "b"], fault: "no such model" },
      "set LOCAL_ENGINE_MODEL to one of a, b",
    ],
  ])("%j fails with the variable to correct", async (probed, fix) => {
    const { code, of } = await checks({ environment: LOCAL, probed });
    expect(code).toBe(1);
    expect(of("local engine")).toEqual({ check: "local engine", state: "failed", detail: probed.fault, fix });
  });

  test.each([
    ["http://gpu:8000/v1", "ok"],
    ["http://127.0.0.1:8000/v1", "ok"],
    ["http://192.168.1.4:8000/v1", "ok"],
    ["http://[fd00::1]:8000/v1", "ok"],
    ["http://vllm.sightline.svc.cluster.local:8000/v1", "ok"],
    ["http://172.32.0.1:8000/v1", "warn"],
    ["https://models.example/v1", "warn"],
    ["http://[2001:db8::1]:8000/v1", "warn"],
  ])("a local engine at %s is %s", async (url, state) => {
    const { code, of } = await checks({ environment: { LOCAL_ENGINE_URL: url } });
    expect([code, of("local engine")?.state]).toEqual([0, state]);
  });
});

describe("the policy", () => {
  test.each([
    [{ ROUTE_POLICY: "person-local" }, "warn", "no cloud engine"],
    [{ ...LOCAL, ...CLOUD, ROUTE_POLICY: "local-only" }, "warn", "never asked"],
    [CLOUD, "warn", "without a local engine"],
    [{ ...LOCAL, ...CLOUD }, "ok", "person-local"],
    [{ ...LOCAL, ...CLOUD, ROUTE_POLICY: "local-first" }, "ok", "local-first"],
    [LOCAL, "ok", "local-only"],
  ])("with %j is %s", async (environment, state, detail) => {
    const { of } = await checks({ environment });
    expect(of("route policy")).toMatchObject({ state, detail: expect.stringContaining(detail) });
  });

  test("what leaves names the cloud, and what goes there", async () => {
    const { of } = await checks({ environment: { ...LOCAL, ...CLOUD, PRIVATE_TO_CLOUD: "reading" } });
    const detail = of("what leaves")?.detail;
    expect(detail).toContain(
      "to api.openai.com: questions, answers, and pictures that the gate judged clear",
    );
    expect(detail).toContain("small text");
    expect(detail).toContain("never a picture with a person");
  });

  test("a local engine on another machine is named too", async () => {
    const { of } = await checks({ environment: LOCAL });
    expect(of("what leaves")?.detail).toBe("questions and pictures go only to gpu:8000, your local engine");
    const lookalike = await checks({ environment: { LOCAL_ENGINE_URL: "http://127.gpu.example/v1" } });
    expect(lookalike.of("what leaves")?.detail).toContain("go only to 127.gpu.example");
  });
});
