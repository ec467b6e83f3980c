import type { VerdictReason } from "./turn.ts";

/** The detector itself gave no word on the picture: it took no look, and asking again may help. */
export function isGateDown(reason: VerdictReason): boolean {
  switch (reason) {
    case "gate-unready":
    case "gate-busy":
    case "gate-timeout":
    case "gate-unreachable":
    case "gate-garbage":
    case "other-bytes":
    case "superseded":
      return true;
    case "no-person":
    case "person-detected":
    case "person-on-second-look":
    case "person-moments-ago":
    case "uncertain":
    case "bad-quality":
    case "first-frame":
      return false;
  }
}
