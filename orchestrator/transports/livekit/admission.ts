/** What a process and its machine have left, measured now. */
export interface Pressure {
  /** How far the slowest call's VAD is behind its audio. */
  readonly lagMs: number;
  /** How late the event loop runs what is due. */
  readonly loopLagMs: number;
  /** Share of its time that the event loop is busy, 0–1. */
  readonly loopUse: number;
  /** Share of the machine's cores that is busy, 0–1, whoever uses them. */
  readonly machineUse: number;
  readonly residentMb: number;
  /** Calls that run or are promised. */
  readonly calls: number;
  /** Of these, the ones too young to show in the measurements. */
  readonly youngCalls: number;
}

export interface AdmissionLimits {
  readonly maxCalls: number;
  /** Resident memory beyond which the process takes no new call, and is replaced. */
  readonly recycleMb: number;
}

export type AdmissionReason =
  | "room"
  | "draining"
  | "max-calls"
  | "memory"
  | "vad-lag"
  | "loop-lag"
  | "loop-busy"
  | "machine-busy";

export interface Admission {
  readonly accept: boolean;
  readonly reason: AdmissionReason;
  /** 0–1 as LiveKit balances by it: below 0.7 there is room, 1 is full. */
  readonly load: number;
}

/** Speech is answered 500 ms after its end: a VAD that is later than this is heard. */
const LAG_MS = 150;
const LOOP_LAG_MS = 100;
const LOOP_USE = 0.75;
/**
 * Calls that only listen leave room for the moments in which many are answered. On two cores that
 * callers, server and agent shared, nine calls (four with a camera) were on time and kept the machine
 * busy for 0.68 (0.74) of the time while nobody spoke; with the tenth (fifth) answers came late, though
 * no lag of ours had shown it (bench/livekit-capacity.ts).
 */
const BUSY_MACHINE = 0.66;
/** Who has refused because of it waits for this. */
const CALM_MACHINE = 0.6;
/** Share of the event loop that a call with a camera needs; an estimate for its first seconds only. */
const LOOP_USE_PER_CALL = 0.03;
/** Who has refused accepts again only when there is clearly room. */
const RELAXED = 0.7;
/** The server gives nothing to a worker at 0.7 of load, so what still accepts stays below. */
const ACCEPTING_LOAD = 0.65;

/**
 * Whether one more call would be on time, and how loaded we are. Calls that run are never touched: they
 * keep their time because new ones are refused before it runs out.
 */
export function admit(pressure: Pressure, limits: AdmissionLimits, accepted: boolean): Admission {
  if (pressure.calls >= limits.maxCalls) return full("max-calls");
  if (pressure.residentMb >= limits.recycleMb) return full("memory");
  // Whoever keeps the machine busy, an empty process takes a call: nobody is nearer to serve it.
  if (pressure.calls === 0) return { accept: true, reason: "room", load: 0 };
  if (pressure.machineUse >= (accepted ? BUSY_MACHINE : CALM_MACHINE)) return full("machine-busy");
  const slack = accepted ? 1 : RELAXED;
  const loopUse = pressure.loopUse + pressure.youngCalls * LOOP_USE_PER_CALL;
  const uses: readonly (readonly [AdmissionReason, number])[] = [
    ["vad-lag", pressure.lagMs / LAG_MS],
    ["loop-lag", pressure.loopLagMs / LOOP_LAG_MS],
    ["loop-busy", loopUse / LOOP_USE],
  ];
  const over = uses.find(([, use]) => use >= slack);
  if (over) return full(over[0]);
  const use = Math.max(
    pressure.calls / limits.maxCalls,
    pressure.machineUse,
    ...uses.map(([, part]) => part),
  );
  return { accept: true, reason: "room", load: Math.min(1, use) * ACCEPTING_LOAD };
}

/** Takes no call, for this reason. */
export function full(reason: AdmissionReason): Admission {
  return { accept: false, reason, load: 1 };
}
