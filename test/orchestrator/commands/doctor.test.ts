import { expect, test } from "vitest";
import { CLOUD, LOCAL, toChecks, withDoctor } from "./doctor/fixture.ts";

const { run, checks } = withDoctor();

test("every check has exactly the members of the protocol, one object a line", async () => {
  const ran = await run({ environment: { ...LOCAL, ...CLOUD } });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  const all = toChecks(ran);
  for (const check of all) {
    expect(Object.keys(check)).toEqual(["check", "state", "detail", "fix"]);
    expect(["ok", "warn", "missing", "failed"]).toContain(check.state);
  }
  expect(all.map(({ check }) => check)).toEqual([
    "node",
    "configuration",
    "secrets",
    "detector",
    "person gate",
    "local engine",
    "cloud engine",
    "route policy",
    "what leaves",
    "page",
    "spoken notices",
    "speech recognition",
    "voice",
    "livekit",
    "what speech leaves",
  ]);
});

test("as text, each check is a line with its fix below", async () => {
  const { stdout } = await run({ nodeVersion: "22.1.0" }, []);
  expect(stdout).toMatch(
    /^failed {3}node {15}22\.1\.0; expected 24\.12 or newer\n {28}fix: run make setup\n/,
  );
  expect(stdout).not.toContain("\u001B");
});

test("with nothing configured nothing has failed and nothing leaves", async () => {
  const { code, of } = await checks();
  expect(code).toBe(0);
  expect(of("local engine")).toMatchObject({
    state: "missing",
    fix: expect.stringContaining("LOCAL_ENGINE_URL"),
  });
  expect(of("cloud engine")?.state).toBe("missing");
  expect(of("route policy")?.state).toBe("ok");
  expect(of("what leaves")?.detail).toBe("nothing leaves this machine");
});

test("a wrong configuration lists every fault and exits 78", async () => {
  const ran = await run({ environment: { GATE_THREADS: "0", ROUTE_POLICY: "cloud" } });
  expect(ran.code).toBe(78);
  const faults = toChecks(ran);
  expect(faults.filter(({ state }) => state === "failed").map(({ detail }) => detail.split(":")[0])).toEqual([
    "ROUTE_POLICY",
    "GATE_THREADS",
  ]);
});
