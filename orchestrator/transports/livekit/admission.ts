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
  /** Of this, what this process uses. */
  readonly ownUse: number;
  /** Of the machine. */
  readonly cores: number;
  readonly residentMb: number;
  /** Calls that run or are promised. */
  readonly calls: number;
  /** Of these, the ones too young to show in the measurements. */
  readonly youngCalls: number;
  /** Calls that send pictures. */
  readonly cameras: number;
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
 * The machine may be busy for so long when one more call is there. On two cores that callers, server and
 * agent shared, eight calls without a camera, or three with one, were all answered in time; with a fourth
 * camera one answer in sixteen came late, though no lag of ours had shown it (bench/livekit-capacity.ts).
 * What is left is for the moments in which many are answered at once.
 */
const BUSY_MACHINE = 0.7;
/** Who has refused because of it waits for this. */
const CALM_MACHINE = 0.64;
/** A call with a camera costs what so many without cost (18 % of a core against 8). */
const CAMERA_COSTS = 2.3;
/** Share of one core that a call without a camera needs, while none shows it. */
const CORE_PER_CALL = 0.1;
/** A call costs the machine more than this process: the server, maybe its caller; at most so many times. */
const MOST_AROUND = 2;
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
  const machineUse = pressure.machineUse + (pressure.youngCalls + 1) * shareOfOneMore(pressure);
  if (machineUse >= (accepted ? BUSY_MACHINE : CALM_MACHINE)) return full("machine-busy");
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

/** What one more call will use of the machine, as the running ones show it: with a camera when they have some. */
function shareOfOneMore({ machineUse, ownUse, cores, calls, youngCalls, cameras }: Pressure): number {
  const weight = cameras > 0 ? CAMERA_COSTS : 1;
  const old = calls - youngCalls;
  if (old <= 0 || ownUse <= 0) return (weight * CORE_PER_CALL) / cores;
  const around = Math.min(MOST_AROUND, Math.max(1, machineUse / ownUse));
  const seen = Math.min(cameras, old);
  return (weight * around * ownUse) / (old - seen + CAMERA_COSTS * seen);
}

/** Takes no call, for this reason. */
export function full(reason: AdmissionReason): Admission {
  return { accept: false, reason, load: 1 };
}
