import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Judgement } from "./judge.ts";

/** Around the 20–35 ms of one look, up to the looks that a single photo may take. */
const LATENCY_SECONDS = [0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.045, 0.06, 0.1, 0.15, 0.25, 0.5, 1, 2];
const SCORES = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** What the gate counts. No label ever holds anything of a picture. */
export interface GateMetrics {
  judged(judgement: Pick<Judgement, "verdict" | "reason" | "score">, ms: number | null): void;
  rejected(code: string): void;
  looked(): void;
  ready(state: { readonly model: string; readonly provider: string } | null): void;
  expose(): Promise<string>;
  readonly contentType: string;
}

/** A registry of the gate's own. */
export function createMetrics(): GateMetrics {
  const registry = new Registry();
  const registers = [registry];
  const verdicts = new Counter({
    name: "sightline_gate_verdicts_total",
    help: "Verdicts on posted pictures.",
    labelNames: ["value", "reason"],
    registers,
  });
  const seconds = new Histogram({
    name: "sightline_gate_judge_seconds",
    help: "Time from the start of decoding to the verdict.",
    labelNames: ["value"],
    buckets: LATENCY_SECONDS,
    registers,
  });
  const scores = new Histogram({
    name: "sightline_gate_person_score",
    help: "Highest person score of each judged picture.",
    buckets: SCORES,
    registers,
  });
  const looks = new Counter({
    name: "sightline_gate_looks_total",
    help: "Inferences.",
    registers,
  });
  const rejections = new Counter({
    name: "sightline_gate_rejected_total",
    help: "Posted bodies that were not judged, by error code.",
    labelNames: ["code"],
    registers,
  });
  const ready = new Gauge({
    name: "sightline_gate_ready",
    help: "1 when the detector passed its checks, else 0.",
    registers,
  });
  const info = new Gauge({
    name: "sightline_gate_info",
    help: "1, with the model and the execution provider in use.",
    labelNames: ["model", "provider"],
    registers,
  });
  const memory = new Gauge({
    name: "sightline_gate_resident_memory_bytes",
    help: "Resident memory of the gate process.",
    registers,
  });

  new Gauge({
    name: "sightline_gate_start_time_seconds",
    help: "When the gate started, in seconds since 1970.",
    registers,
  }).set(Math.round(Date.now() - process.uptime() * 1000) / 1000);

  return {
    judged({ verdict, reason, score }, ms) {
      verdicts.inc({ value: verdict, reason });
      if (ms !== null) seconds.observe({ value: verdict }, ms / 1000);
      if (score !== null) scores.observe(score);
    },
    rejected: (code) => rejections.inc({ code }),
    looked: () => looks.inc(),
    ready(state) {
      ready.set(state === null ? 0 : 1);
      info.reset();
      if (state !== null) info.set({ model: state.model, provider: state.provider }, 1);
    },
    expose() {
      memory.set(process.memoryUsage.rss());
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
