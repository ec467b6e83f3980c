import { AggregatorRegistry, Counter, Gauge, Registry } from "prom-client";

/** How one agent process is doing now. */
export interface ProcessNumbers {
  readonly calls: number;
  /** How far its VAD is behind the audio it was given. */
  readonly lagMs: number;
  readonly loopLagMs: number;
  /** Longest stall of its event loop in the last seconds. */
  readonly stallMs: number;
  readonly residentMb: number;
  /** 0–1, as the LiveKit server is told. */
  readonly load: number;
  readonly registered: boolean;
  /** It takes no more calls and will end. */
  readonly draining: boolean;
  /** Jobs refused since its start. */
  readonly refused: number;
}

/** The metrics of several agent processes as if they were one. */
export interface FleetMetrics {
  /** `snapshot` is what `Metrics.snapshot` gave in that process. */
  update(process: string, numbers: ProcessNumbers, snapshot: unknown): void;
  /** The process is gone; what it has counted stays counted. */
  remove(process: string, crashed?: boolean): void;
  /** A call ended with its process, and no other took it up. */
  callLost(): void;
  /** No process takes a call any more; what runs ends with its last. */
  drain(): void;
  /** Processes that the server knows. */
  registered(): number;
  /** Of these, the ones that can take part now: not draining, their event loop not stalled, their last report fresh. */
  available(): number;
  /** The Prometheus text format. */
  exposition(): Promise<string>;
  readonly contentType: string;
}

interface Report {
  readonly numbers: ProcessNumbers;
  readonly snapshot: object[];
  readonly atMs: number;
}

/** A process that stalls for longer takes no calls in time. */
const STALLED_MS = 1000;
/** Three reports are missing: it stalls, and cannot say so. */
const SILENT_MS = 6000;

const MS = 1000;
const MB = 1_000_000;
/** Sixteen million grains are one: of up to half a billion, sums of grains are exact. */
const GRAINS = 2 ** 24;

/** Creates the metrics of whoever keeps the agent processes. */
export function createFleetMetrics(now: () => number = () => performance.now()): FleetMetrics {
  const running = new Map<string, Report>();
  let refusedBefore = 0;
  let draining = false;
  /** What processes that are gone had counted. */
  let past: Promise<object[]> = Promise.resolve([]);

  const all = (): readonly ProcessNumbers[] => [...running.values()].map(({ numbers }) => numbers);
  const registry = new Registry();
  const gauge = (name: string, help: string, value: () => number): Gauge =>
    new Gauge({
      name: `sightline_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge("calls", "Calls that are running.", () => sum(all().map(({ calls }) => calls)));
  gauge("agent_processes", "Agent processes that run.", () => running.size);
  gauge("agent_processes_registered", "Agent processes that the LiveKit server knows.", () => registered());
  gauge("agent_load", "Load of the least loaded process, 0–1: at 1 no call is taken.", () =>
    all().length === 0 ? 1 : Math.min(...all().map(({ load }) => load)),
  );
  gauge("agent_draining", "1 while it takes no more calls and ends with its last, else 0.", () =>
    draining ? 1 : 0,
  );
  gauge(
    "vad_lag_seconds",
    "How far the VAD is behind, in the worst process.",
    () => Math.max(0, ...all().map(({ lagMs }) => lagMs)) / MS,
  );
  gauge(
    "loop_lag_seconds",
    "Lag of the event loop, in the worst process.",
    () => Math.max(0, ...all().map(({ loopLagMs }) => loopLagMs)) / MS,
  );
  gauge(
    "agent_resident_bytes",
    "Resident memory of the largest process.",
    () => Math.max(0, ...all().map(({ residentMb }) => residentMb)) * MB,
  );
  const refused = new Counter({
    name: "sightline_refused_calls_total",
    help: "Calls that a process refused, to be served by another one or not at all.",
    registers: [registry],
  });

  const crashes = new Counter({
    name: "sightline_agent_crashes_total",
    help: "Agent processes that ended by themselves.",
    registers: [registry],
  });
  const lostCalls = new Counter({
    name: "sightline_lost_calls_total",
    help: "Calls that ended with their process, and that no other took up.",
    registers: [registry],
  });

  const registered = (): number => all().filter((numbers) => numbers.registered).length;

  return {
    update(process, numbers, snapshot) {
      running.set(process, {
        numbers,
        snapshot: Array.isArray(snapshot) ? rounded(snapshot as object[]) : [],
        atMs: now(),
      });
    },
    callLost: () => lostCalls.inc(),
    drain() {
      draining = true;
    },
    remove(process, crashed = false) {
      if (crashed) crashes.inc();
      const last = running.get(process);
      running.delete(process);
      if (!last) return;
      refusedBefore += last.numbers.refused;
      past = past.then((before) => AggregatorRegistry.aggregate([before, last.snapshot]).getMetricsAsJSON());
    },
    registered,
    available: () =>
      [...running.values()].filter(
        ({ numbers, atMs }) =>
          numbers.registered && !numbers.draining && numbers.stallMs < STALLED_MS && now() - atMs < SILENT_MS,
      ).length,
    contentType: registry.contentType,
    async exposition() {
      refused.reset();
      refused.inc(refusedBefore + sum(all().map((numbers) => numbers.refused)));
      const snapshots = [await past, ...[...running.values()].map(({ snapshot }) => snapshot)];
      return `${await AggregatorRegistry.aggregate(snapshots).metrics()}\n${await registry.metrics()}`;
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * Each value to the grain, so that a sum is the same in whatever order it is added: one that falls by a
 * rounding when a process goes is taken for a restart by Prometheus, which counts all of it again.
 */
function rounded(snapshot: object[]): object[] {
  return JSON.parse(JSON.stringify(snapshot), (key, value: unknown) =>
    key === "value" && typeof value === "number" ? Math.round(value * GRAINS) / GRAINS : value,
  ) as object[];
}
