import { cpus } from "node:os";
import { monitorEventLoopDelay, performance, type EventLoopUtilization } from "node:perf_hooks";

/** What the process itself shows of its pressure. */
export interface Gauge {
  /** How far the slowest call's VAD is behind its audio. */
  readonly lagMs: number;
  readonly loopLagMs: number;
  readonly loopUse: number;
  /** Longest time that the event loop stood still. */
  readonly stallMs: number;
  readonly machineUse: number;
  /** Of this, what the process itself uses. */
  readonly ownUse: number;
  readonly residentMb: number;
}

export interface ProcessGauge {
  /** Medians over the last three seconds: the second that a burst of joins takes is no pressure. The longest stall of all. */
  read(): Gauge;
  close(): void;
}

const RESOLUTION_MS = 10;
const SLICE_MS = 500;
const SLICES = 6;

interface Slice {
  readonly lagMs: number;
  readonly loopLagMs: number;
  readonly stallMs: number;
  readonly loopUse: number;
  readonly machineUse: number;
  readonly ownUse: number;
}

/** Watches the event loop, the machine's cores and the memory of this process, and what `lagMs` says of its calls. */
export function createProcessGauge(lagMs: () => number): ProcessGauge {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const slices: Slice[] = [];
  let loop: EventLoopUtilization = performance.eventLoopUtilization();
  let cores = coreTimes();
  let own = process.cpuUsage();

  const slice = (): void => {
    const loopNow = performance.eventLoopUtilization();
    const coresNow = coreTimes();
    const total = coresNow.total - cores.total;
    const { user, system } = process.cpuUsage(own);
    slices.push({
      lagMs: lagMs(),
      // The histogram counts the wanted pause too. The ninth of ten: a single collection is no pressure.
      loopLagMs: Math.max(0, delay.percentile(90) / 1e6 - RESOLUTION_MS),
      stallMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
      loopUse: performance.eventLoopUtilization(loopNow, loop).utilization,
      machineUse: total > 0 ? 1 - (coresNow.idle - cores.idle) / total : 0,
      ownUse: total > 0 ? Math.min(1, (user + system) / 1000 / total) : 0,
    });
    if (slices.length > SLICES) slices.shift();
    delay.reset();
    loop = loopNow;
    cores = coresNow;
    own = process.cpuUsage();
  };
  const ticking = setInterval(slice, SLICE_MS);
  ticking.unref();

  return {
    read: () => ({
      lagMs: median(slices.map((each) => each.lagMs)),
      loopLagMs: median(slices.map(({ loopLagMs }) => loopLagMs)),
      stallMs: Math.max(0, ...slices.map(({ stallMs }) => stallMs)),
      loopUse: median(slices.map(({ loopUse }) => loopUse)),
      machineUse: median(slices.map(({ machineUse }) => machineUse)),
      ownUse: median(slices.map(({ ownUse }) => ownUse)),
      residentMb: process.memoryUsage.rss() / 1e6,
    }),
    close() {
      clearInterval(ticking);
      delay.disable();
    },
  };
}

function coreTimes(): { readonly idle: number; readonly total: number } {
  const times = cpus().map((core) => core.times);
  return {
    idle: times.reduce((sum, { idle }) => sum + idle, 0),
    total: times.reduce((sum, { idle, irq, nice, sys, user }) => sum + idle + irq + nice + sys + user, 0),
  };
}

/** The lower one of two in the middle. */
function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? 0;
}
