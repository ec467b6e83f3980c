import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLog } from "../../../../orchestrator/log.ts";
import { SpeechFault } from "../../../../orchestrator/speech/fault.ts";
import { createRoster, type Roster } from "../../../../orchestrator/speech/tts/roster.ts";
import type { Synthesiser } from "../../../../orchestrator/speech/tts/synthesiser.ts";

const FAULT = new SpeechFault("timeout", "gap");
const REFUSED = new SpeechFault("unauthorized", "401");
const NONE = new Set<never>();

function synthesiser(name: string): Synthesiser {
  return {
    place: { name, host: "this machine" },
    open: () => {
      throw new Error("nobody speaks here");
    },
    warm: () => {},
    close: async () => {},
  };
}

describe("createRoster", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const rosterWith = (probe: () => Promise<void>): Roster =>
    createRoster([synthesiser("a"), synthesiser("b")], { log: undefined, probe, firstWaitMs: 1000 });
  const first = (roster: Roster): string | undefined => roster.choose(NONE)?.synthesiser.place.name;

  it("prefers the first that is well, and one that is unwell to none", () => {
    const roster = rosterWith(() => Promise.reject(FAULT));
    expect(first(roster)).toBe("a");
    roster.choose(NONE)?.failed(FAULT);
    expect(first(roster)).toBe("b");
    roster.choose(NONE)?.failed(FAULT);
    expect(first(roster)).toBe("a");
    const both = new Set([roster.choose(NONE)].filter((each) => each !== undefined));
    expect(roster.choose(both)?.synthesiser.place.name).toBe("b");
    roster.close();
  });

  it("probes one that failed after a wait that doubles, until it is well", async () => {
    const probe = vi.fn<() => Promise<void>>(() => Promise.reject(FAULT));
    const roster = rosterWith(probe);
    roster.choose(NONE)?.failed(FAULT);
    await vi.advanceTimersByTimeAsync(999);
    expect(probe).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(1 + 2000 + 4000);
    expect(probe).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(probe.mock.calls.length).toBeLessThan(16);
    expect(first(roster)).toBe("b");
    probe.mockImplementation(() => Promise.resolve());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(first(roster)).toBe("a");
    roster.close();
  });

  it("asks a service that refuses its key every five minutes only", async () => {
    const probe = vi.fn<() => Promise<void>>(() => Promise.reject(REFUSED));
    const roster = rosterWith(probe);
    roster.choose(NONE)?.failed(REFUSED);
    for (let asked = 0; asked < 3; asked++) {
      await vi.advanceTimersByTimeAsync(299_000);
      expect(probe).toHaveBeenCalledTimes(asked);
      await vi.advanceTimersByTimeAsync(1000);
      expect(probe).toHaveBeenCalledTimes(asked + 1);
    }
    probe.mockImplementation(() => Promise.resolve());
    await vi.advanceTimersByTimeAsync(300_000);
    expect(first(roster)).toBe("a");
    roster.close();
  });

  it("takes a service for well that has spoken, and probes no more once closed", async () => {
    const probe = vi.fn<() => Promise<void>>(() => Promise.reject(FAULT));
    const roster = rosterWith(probe);
    const member = roster.choose(NONE);
    member?.failed(FAULT);
    member?.worked({ msPerWeight: 60, weight: 10 });
    expect(first(roster)).toBe("a");
    member?.failed(FAULT);
    roster.close();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(probe).toHaveBeenCalledTimes(0);
  });

  it("learns a service's pace and trusts it the more the more it has said", () => {
    const roster = rosterWith(() => Promise.resolve());
    const member = roster.choose(NONE);
    const unknown = member?.pace(1);
    member?.worked({ msPerWeight: 90, weight: 30 });
    const known = member?.pace(1);
    expect(known?.likelyMs).toBe(90);
    member?.worked({ msPerWeight: 80, weight: 100 });
    const later = member?.pace(2);
    expect(later?.likelyMs).toBeLessThan(45);
    expect(later?.likelyMs).toBeGreaterThan(40);
    const margin = (pace: typeof known): number => (pace?.slowestMs ?? 0) / (pace?.likelyMs ?? 1);
    expect(margin(later)).toBeLessThan(margin(unknown));
  });

  it("logs a line for each change and none for more of the same", () => {
    const log = createLog("silent");
    const warn = vi.spyOn(log, "warn");
    const info = vi.spyOn(log, "info");
    const roster = createRoster([synthesiser("a")], { log, probe: () => Promise.resolve() });
    const member = roster.choose(NONE);
    member?.failed(FAULT);
    member?.failed(FAULT);
    member?.worked({ msPerWeight: 60, weight: 10 });
    member?.worked({ msPerWeight: 60, weight: 10 });
    expect(warn.mock.calls).toEqual([
      [{ service: "a", category: "timeout", code: "gap" }, "voice is unwell"],
    ]);
    expect(info.mock.calls).toEqual([[{ service: "a" }, "voice is well again"]]);
    roster.close();
  });
});
