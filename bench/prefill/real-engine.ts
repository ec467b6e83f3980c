import { randomUUID } from "node:crypto";
import type { Jpeg } from "../../orchestrator/turn/turn.ts";
import { chat, describeTarget, picture, user } from "../../scripts/contract-vllm-target.ts";
import { type Moment } from "../thirty/pace.ts";
import { benchEngine } from "./bench-engine.ts";
import { type Asked, converse, type History } from "./converse.ts";

/** A real vLLM that is measured. */
export interface RealEngine {
  /** Base address, without `/v1`. */
  readonly url: string;
  readonly apiKey?: string | undefined;
}

/** How calls ask: what is computed ahead, what of the past is repeated, what is sent of it. */
export interface Way {
  readonly name: string;
  readonly ahead: boolean;
  readonly history: History;
  /** Every picture as bytes with every question, without ids. */
  readonly resent?: true;
}

/** Questions of calls that asked at the same time. */
export type Calls = readonly (readonly Asked[])[];

export const PREFILLED: Way = { name: "prefilled", ahead: true, history: "ours" };
export const COLD: Way = { name: "cold", ahead: false, history: "ours" };
export const RESENT: Way = { name: "resent", ahead: false, history: "ours", resent: true };
export const EVERYTHING: Way = { name: "history everything", ahead: true, history: "everything" };
export const LAST_PICTURE: Way = { name: "history last-picture", ahead: true, history: "last-picture" };

/** As `LOCAL_PICTURES` is by default, and the one that is asked about. */
const OUR_PICTURES = 25;
/** Of a question with its picture and its answer, and of what stands above them; estimated from above. */
const TOKENS_PER_QUESTION = 600;
const HEAD_TOKENS = 2000;
/** More than any server's limit. */
const TOO_MANY = 100;

/**
 * Which of the ways the server has room for.
 *
 * @throws {Error} when not even our own history fits.
 */
export async function waysFor(
  engine: RealEngine,
  ways: readonly Way[],
  questions: number,
): Promise<{ readonly possible: readonly Way[]; readonly notes: readonly string[] }> {
  const target = await describeTarget(engine.url, engine.apiKey);
  const many = Array.from({ length: TOO_MANY }, () => picture(null, randomUUID()));
  const { text } = await chat(target, [user(many)]);
  const pictures = Number(/At most (\d+) image/.exec(text)?.[1] ?? TOO_MANY);
  const notes: string[] = [];
  const possible = ways.filter(({ name, history }) => {
    const needed = history === "everything" ? questions : Math.min(questions, OUR_PICTURES);
    const tokens = HEAD_TOKENS + TOKENS_PER_QUESTION * needed;
    if (needed <= pictures && (history !== "everything" || tokens <= target.maxModelLen)) return true;
    const what = `needs ${needed} pictures in a prompt and a context of ${tokens} tokens; the server takes ${pictures} and ${target.maxModelLen}`;
    if (history === "ours") throw new Error(`${name}: ${what}`);
    notes.push(`Left out: ${name} ${what}.`);
    return false;
  });
  return { possible, notes };
}

/** So many calls at once, each with a question about every picture. */
export async function talk(
  { url, apiKey }: RealEngine,
  way: Way,
  options: {
    readonly pictures: readonly Jpeg[];
    /** One for each call. */
    readonly paces: readonly (number | readonly Moment[])[];
  },
): Promise<Calls> {
  const engine = benchEngine(url, { vllm: !way.resent, apiKey });
  const run = randomUUID();
  try {
    return await Promise.all(
      options.paces.map((pace, nth) =>
        converse({
          engine,
          pictures: options.pictures,
          ahead: way.ahead,
          history: way.history,
          call: `${run}-${nth}`,
          pace,
        }),
      ),
    );
  } finally {
    await engine.close();
  }
}
