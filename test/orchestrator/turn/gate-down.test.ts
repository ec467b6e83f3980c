import { expect, it } from "vitest";
import { isGateDown } from "../../../orchestrator/turn/gate-down.ts";

it("is about the gate, not about what it saw", () => {
  const down = ["gate-unready", "gate-busy", "gate-timeout", "gate-unreachable", "gate-garbage"] as const;
  for (const reason of [...down, "other-bytes", "superseded"] as const) expect(isGateDown(reason)).toBe(true);
  const looked = ["no-person", "person-detected", "person-on-second-look", "person-moments-ago"] as const;
  for (const reason of [...looked, "uncertain", "bad-quality", "first-frame"] as const) {
    expect(isGateDown(reason)).toBe(false);
  }
});
