import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { admit, full, type Pressure } from "../../../../orchestrator/transports/livekit/admission.ts";

const limits = { maxCalls: 8, recycleMb: 1500 };
const calm: Pressure = {
  lagMs: 10,
  loopLagMs: 2,
  loopUse: 0.2,
  machineUse: 0.4,
  ownUse: 0.15,
  cores: 2,
  residentMb: 300,
  calls: 3,
  youngCalls: 0,
  cameras: 0,
};

describe("whether one more call is taken", () => {
  test.each([
    ["room", {}],
    ["max-calls", { calls: 8 }],
    ["memory", { residentMb: 1500 }],
    ["memory", { calls: 0, residentMb: 1500 }],
    ["vad-lag", { lagMs: 150 }],
    ["loop-lag", { loopLagMs: 100 }],
    ["loop-busy", { loopUse: 0.75 }],
    // Calls that have just begun will need what they do not use yet.
    ["loop-busy", { loopUse: 0.6, youngCalls: 5, machineUse: 0.1 }],
    ["room", { loopUse: 0.6, youngCalls: 4 }],
    // Three calls show that one costs 5 %, and as much again around it.
    ["machine-busy", { machineUse: 0.61 }],
    ["room", { machineUse: 0.59, lagMs: 115 }],
    // On a machine whose rest is quiet a call costs only what it costs us.
    ["room", { machineUse: 0.6, ownUse: 0.6, calls: 7 }],
    // An empty process takes one whatever else the machine does.
    ["room", { calls: 0, machineUse: 1, loopLagMs: 200, loopUse: 0.9 }],
  ] as const)("%s at %j", (reason, change) => {
    const admission = admit({ ...calm, ...change }, limits, true);
    expect(admission.reason).toBe(reason);
    expect(admission.accept).toBe(reason === "room");
  });

  test("who has refused takes calls again only when there is clearly room", () => {
    const nearly = { ...calm, loopUse: 0.6 };
    expect(admit(nearly, limits, true).accept).toBe(true);
    expect(admit(nearly, limits, false).accept).toBe(false);
    expect(admit({ ...calm, loopUse: 0.5 }, limits, false).accept).toBe(true);
    expect(admit({ ...calm, machineUse: 0.55 }, limits, false).accept).toBe(false);
    expect(admit({ ...calm, machineUse: 0.53 }, limits, false).accept).toBe(true);
  });
});

describe("the share of one more call", () => {
  const reasonOf = (change: Partial<Pressure>) =>
    admit({ ...calm, ...change }, { ...limits, maxCalls: 20 }, true).reason;

  // As benchmarked on two cores, callers and server on them too (docs/benchmarks.md): the agent's share of the machine, and the machine's.
  test.each([
    ["a ninth call after eight that listen", { calls: 8, ownUse: 0.33, machineUse: 0.66 }, "machine-busy"],
    ["an eighth after seven", { calls: 7, ownUse: 0.29, machineUse: 0.58 }, "room"],
    [
      "a fourth after three with a camera",
      { calls: 3, cameras: 3, ownUse: 0.295, machineUse: 0.55 },
      "machine-busy",
    ],
    ["a third after two with a camera", { calls: 2, cameras: 2, ownUse: 0.24, machineUse: 0.4 }, "room"],
  ])("%s", (_, change, reason) => expect(reasonOf(change)).toBe(reason));

  test("is that of a camera as soon as one is on", () => {
    const listening = { calls: 5, ownUse: 0.2, machineUse: 0.56 };
    expect(reasonOf(listening)).toBe("room");
    expect(reasonOf({ ...listening, cameras: 1 })).toBe("machine-busy");
  });

  test("counts for each call that does not show yet", () => {
    expect(reasonOf({ calls: 3, youngCalls: 0, ownUse: 0.1, machineUse: 0.5 })).toBe("room");
    expect(reasonOf({ calls: 5, youngCalls: 2, ownUse: 0.1, machineUse: 0.5 })).toBe("machine-busy");
  });

  test("is estimated while no call shows it, less on a larger machine", () => {
    const burst = { calls: 4, youngCalls: 4, machineUse: 0.5, ownUse: 0.1 };
    expect(reasonOf({ ...burst, cores: 2 })).toBe("machine-busy");
    expect(reasonOf({ ...burst, cores: 16 })).toBe("room");
  });
});

test("the load is below 0.7 while calls are taken, for a server gives none at 0.7, and 1 otherwise", () => {
  fc.assert(
    fc.property(
      fc.record({
        lagMs: fc.double({ min: 0, max: 1000, noNaN: true }),
        loopLagMs: fc.double({ min: 0, max: 500, noNaN: true }),
        loopUse: fc.double({ min: 0, max: 1, noNaN: true }),
        machineUse: fc.double({ min: 0, max: 1, noNaN: true }),
        ownUse: fc.double({ min: 0, max: 1, noNaN: true }),
        cores: fc.integer({ min: 1, max: 64 }),
        residentMb: fc.double({ min: 0, max: 3000, noNaN: true }),
        calls: fc.nat(12),
        youngCalls: fc.nat(12),
        cameras: fc.nat(12),
      }),
      fc.boolean(),
      (pressure, accepted) => {
        const { accept, load } = admit(pressure, limits, accepted);
        expect(accept ? load < 0.7 && load >= 0 : load === 1).toBe(true);
      },
    ),
  );
});

test("more calls are more load", () => {
  const loads = [1, 2, 5, 7].map((calls) => admit({ ...calm, machineUse: 0, calls }, limits, true).load);
  expect(loads).toEqual([...loads].sort((a, b) => a - b));
  expect(new Set(loads).size).toBe(3);
});

test("a process that takes none says why", () => {
  expect(full("draining")).toEqual({ accept: false, reason: "draining", load: 1 });
});
