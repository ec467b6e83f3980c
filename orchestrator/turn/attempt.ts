import { EngineError } from "../errors.ts";
import { abortable } from "../lib/abortable.ts";
import type { EngineEvent } from "./ports.ts";
import { stopped } from "./stopped.ts";
import type { Route, TurnContext } from "./turn.ts";

/** How an attempt's beginning went: its first text is there, the model refused, or it failed. */
export type Opening =
  | { readonly attempt: Attempt; readonly state: "speaking" }
  | { readonly attempt: Attempt; readonly state: "refused"; readonly text: string }
  | { readonly attempt: Attempt; readonly state: "failed"; readonly error: unknown };

/** One request to one engine, running on its own until it is chosen or closed. */
export interface Attempt {
  readonly route: Route;
  /** Instant of the request. */
  readonly sentAtMs: number;
  /** Settles once, never rejects. */
  readonly opening: Promise<Opening>;
  /** Everything the engine said, from the first word. */
  events(): AsyncGenerator<EngineEvent>;
  /** Aborts the request upstream. */
  close(): void;
}

/** The protocol refused, or the first clause was recognised as a refusal. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly text: string;

  constructor(text: string) {
    super("the model refused");
    this.text = text;
  }
}

/**
 * Sends the request at once and reads up to the first text, so that two attempts can race.
 *
 * @param open starts the stream under the given context; may throw `Refusal`
 */
export function startAttempt(
  route: Route,
  ctx: TurnContext,
  open: (ctx: TurnContext) => AsyncIterable<EngineEvent>,
): Attempt {
  const closing = new AbortController();
  const signal = AbortSignal.any([ctx.signal, closing.signal]);
  const stream = abortable(open({ ...ctx, signal }), signal);
  const head: EngineEvent[] = [];

  const readOpening = async (): Promise<Opening> => {
    try {
      for (let next = await stream.next(); !next.done; next = await stream.next()) {
        head.push(next.value);
        if (next.value.type === "text-delta" && next.value.text !== "") return { attempt, state: "speaking" };
        if (next.value.type === "finish") break;
      }
      const refusal = head.filter((event) => event.type === "refusal-delta").map(({ text }) => text);
      if (refusal.length > 0 || head.some((event) => event.type === "finish" && isRefusal(event.reason))) {
        return { attempt, state: "refused", text: refusal.join("") };
      }
      const error = new EngineError(route.engine, "server", "empty-answer");
      return { attempt, state: "failed", error };
    } catch (error) {
      return error instanceof Refusal
        ? { attempt, state: "refused", text: error.text }
        : { attempt, state: "failed", error };
    }
  };

  const attempt: Attempt = {
    route,
    sentAtMs: ctx.now(),
    get opening() {
      return opening;
    },
    async *events() {
      for (const event of head) {
        signal.throwIfAborted();
        yield event;
      }
      yield* stream;
    },
    close: () => closing.abort(stopped("superseded")),
  };
  const opening = readOpening();
  return attempt;
}

/** The model declined, by whatever field of the protocol. */
export function isRefusal(reason: string): boolean {
  return reason === "refusal" || reason === "content-filter";
}
