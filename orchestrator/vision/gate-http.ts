import { Agent, type Dispatcher } from "undici";
import { z } from "zod";
import { isGateDown } from "../turn/gate-down.ts";
import type { Frame, Verdict } from "../turn/turn.ts";
import { toVerdict, unknownVerdict } from "./gate-answer.ts";
import type { GateLimits } from "./gate-limits.ts";
import { isTooBadToJudge } from "./quality.ts";

/** What a judgement says about the health of the gate. */
export type GateSign = "looked" | "skipped" | "unready" | "garbage" | "unreachable" | "stuck";

/** What the gate says of itself. `unready` is final: its weights are missing or wrong, or it broke. */
export type GateHealth = "ready" | "starting" | "unready" | "unreachable";

/** Asks one gate under one address. */
export interface GateClient {
  /** Never throws. `stream` names whose frames replace each other while they wait. */
  judge(frame: Frame, stream: string): Promise<Verdict>;
  health(): Promise<GateHealth>;
  /** Ends all requests, as `unknown`. */
  close(): Promise<void>;
}

export interface GateClientOptions {
  readonly limits: GateLimits;
  /** Told after each judgement how the gate behaved. */
  readonly onSign?: (sign: GateSign) => void;
  /** How often the limits until "stuck" are extended: a machine may be slower than expected. Default: 1. */
  readonly patience?: number;
}

/** An answer that is longer is garbage: a hundred boxes take 15 kB. */
const MAX_ANSWER_BYTES = 2 ** 18;
const HEALTH_LIMIT_MS = 1000;

/** An HTTP client with connections of its own. */
export function createGateClient(url: string, options: GateClientOptions): GateClient {
  const { limits, onSign, patience = 1 } = options;
  // Our own timers limit everything: the dispatcher's tick only once a second.
  const agent = new Agent({ connections: 8, keepAliveTimeout: 30_000, headersTimeout: 0, bodyTimeout: 0 });
  let heardAtMs = -Infinity;

  const request = async (
    path: string,
    how: Pick<Dispatcher.RequestOptions, "method" | "signal"> & {
      headers?: Record<string, string>;
      body?: Uint8Array;
    },
  ): Promise<{ readonly status: number; readonly text: string | undefined }> => {
    const { origin, pathname } = new URL(url);
    const answer = await agent.request({ origin, path: pathname.replace(/\/+$/, "") + path, ...how });
    const text = await readText(answer.body, MAX_ANSWER_BYTES);
    heardAtMs = performance.now();
    return { status: answer.statusCode, text };
  };

  const fetchVerdict = async (frame: Frame, stream: string, signal: AbortSignal): Promise<Verdict> => {
    const mode = toMode(frame);
    const headers = {
      "content-type": "image/jpeg",
      // Photos never replace each other.
      "x-gate-client": mode === "photo" ? `photo-${frame.id}` : stream,
      "x-gate-mode": mode,
    };
    try {
      const answer = await request("/v1/judge", { method: "POST", headers, body: frame.gated.bytes, signal });
      return answer.status === 200
        ? toVerdict(answer.text ?? "", frame, limits.personScore)
        : unknownVerdict(frame, STATUS_REASONS[answer.status] ?? "gate-garbage");
    } catch {
      return unknownVerdict(frame, "gate-unreachable");
    }
  };

  /** Goes on when the caller has long been told `unknown`: only so is a stuck gate told from a slow one. */
  const ask = async (frame: Frame, stream: string): Promise<Verdict> => {
    const controller = new AbortController();
    const stuckMs = limits.stuckMs[toMode(frame)] * patience;
    const watch = (waitMs: number): (() => void) =>
      afterReading(waitMs, () => {
        const silentMs = performance.now() - heardAtMs;
        if (silentMs < stuckMs) cancel = watch(stuckMs - silentMs);
        else controller.abort();
      });
    let cancel = watch(stuckMs);
    const verdict = await fetchVerdict(frame, stream, controller.signal);
    cancel();
    const stuck = controller.signal.aborted;
    onSign?.(stuck ? "stuck" : toSign(verdict));
    return stuck ? unknownVerdict(frame, "gate-timeout") : verdict;
  };

  return {
    async judge(frame, stream) {
      const late = Promise.withResolvers<Verdict>();
      const cancel = afterReading(limits.answerMs[toMode(frame)], () =>
        late.resolve(unknownVerdict(frame, "gate-timeout")),
      );
      const verdict = await Promise.race([ask(frame, stream), late.promise]);
      cancel();
      return withQuality(verdict, frame);
    },
    async health() {
      try {
        const signal = AbortSignal.timeout(HEALTH_LIMIT_MS);
        const { status, text } = await request("/health", { method: "GET", signal });
        return status === 200 ? "ready" : isStarting(text) ? "starting" : "unready";
      } catch {
        return "unreachable";
      }
    },
    close: () => agent.destroy(),
  };
}

const STATUS_REASONS: Readonly<Record<number, "gate-busy" | "gate-unready">> = {
  429: "gate-busy",
  502: "gate-unready",
  503: "gate-unready",
  504: "gate-unready",
};

/** What reading an answer from its socket takes, when it is there. */
const READING_MS = 10;

/**
 * Node runs timers before it reads sockets: after a stall of ours, an answer that is there comes first.
 * Returns how to call it off.
 */
function afterReading(delayMs: number, callback: () => void): () => void {
  let timer = setTimeout(() => {
    timer = setTimeout(callback, READING_MS);
  }, delayMs - READING_MS);
  return () => clearTimeout(timer);
}

/** A person is a person; on a picture too bad to judge no other word counts. */
function withQuality(verdict: Verdict, frame: Frame): Verdict {
  if (verdict.value === "person" || isGateDown(verdict.reason) || !isTooBadToJudge(frame.quality))
    return verdict;
  return { ...verdict, value: "unknown", reason: "bad-quality" };
}

function toMode(frame: Frame): "photo" | "stream" {
  return frame.source === "photo" ? "photo" : "stream";
}

function toSign(verdict: Verdict): GateSign {
  switch (verdict.reason) {
    case "gate-garbage":
    case "other-bytes":
      return "garbage";
    case "gate-unreachable":
      return "unreachable";
    case "gate-unready":
      return "unready";
    default:
      return isGateDown(verdict.reason) ? "skipped" : "looked";
  }
}

const startingState = z.object({ state: z.literal("unready"), reason: z.literal("starting") });

function isStarting(text: string | undefined): boolean {
  try {
    return startingState.safeParse(JSON.parse(text ?? "")).success;
  } catch {
    return false;
  }
}

/** Undefined when the body is too long. */
async function readText(
  body: Dispatcher.ResponseData["body"],
  maxBytes: number,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    total += chunk.length;
    if (total > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
