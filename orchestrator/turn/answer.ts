import { EngineError } from "../errors.ts";
import { createDeadlines } from "../lib/deadline.ts";
import { adviceOn, showsNothing } from "./advice.ts";
import { isRefusal, startAttempt, type Attempt, type Opening } from "./attempt.ts";
import { answerableBy, chooseRoute, type RouteFacts } from "./choose-route.ts";
import { asksForPeople, checkDenials } from "./guards/denial.ts";
import { certainPersons, personHedge } from "./facts.ts";
import { guardRefusal } from "./guards/guard-refusal.ts";
import type { Seen } from "./look.ts";
import { toLanguage } from "./language.ts";
import { noticesIn } from "./notices.ts";
import { noticeFor, spokenRefusal } from "./no-answer.ts";
import type { EngineEvent, Ports } from "./ports.ts";
import { cloudPrompt, describerPrompt, localPrompt } from "./prompt.ts";
import { race } from "./race.ts";
import type { EngineName, FrameNeed, Outcome, Route, Turn, TurnContext } from "./turn.ts";

/**
 * Chooses the route, lets the engines speak, and falls back only while nothing was shown.
 *
 * @param leftMs until the first word must have come
 */
export async function* answer(
  turn: Turn,
  need: FrameNeed,
  seen: Seen | undefined,
  ports: Ports,
  ctx: TurnContext,
  leftMs: number,
): AsyncGenerator<string, Outcome> {
  const facts = routeFacts(turn, need, seen, ports);
  const first = chooseRoute(facts);
  ctx.mark("route-chosen");
  ctx.report({ type: "route", route: first });
  if (first.reason === "nothing-to-see") {
    yield noticeFor(first, turn, need, seen, ports);
    return "notice";
  }

  const ladder = {
    first,
    next: (down: ReadonlySet<EngineName>, refused: boolean) => nextRoute(facts, down, refused),
    start: (route: Route) => start(route, turn, seen, ports, ctx),
    patienceMs: (engine: EngineName) => patienceMs(engine, facts, turn),
    onLost: (opening: Opening) => reportLost(opening, ctx),
  };
  const deadline = createDeadlines<"first-word">(
    [ctx.signal],
    () => new DOMException("late", "TimeoutError"),
  );
  deadline.start("first-word", leftMs);
  const result = await race(ladder, deadline.signal)
    .catch((error: unknown) => {
      if (ctx.signal.aborted || !deadline.signal.aborted) throw error;
      return { won: undefined, route: { engine: "none", reason: first.reason }, refusal: undefined } as const;
    })
    .finally(() => deadline.end());
  if (!result.won) {
    ctx.report({ type: "route", route: result.route });
    ctx.report({ type: "unanswered", by: answerableBy(facts) });
    yield spokenRefusal(result.refusal) ?? noticeFor(result.route, turn, need, seen, ports);
    return "notice";
  }
  const { won } = result;
  try {
    const route = afterRefusal(won.route, result.refusal);
    if (route !== first) ctx.report({ type: "route", route });
    return yield* speak(won, turn, seen, ctx);
  } finally {
    won.close();
  }
}

function routeFacts(turn: Turn, need: FrameNeed, seen: Seen | undefined, ports: Ports): RouteFacts {
  const last = turn.history.findLast((past) => past.engine !== "none")?.engine;
  return {
    policy: turn.settings.policy,
    privateToCloud: turn.settings.privateToCloud,
    need,
    verdict: seen?.verdict,
    clear: seen?.clear !== undefined,
    fromScreen: seen?.frame.source === "screen",
    nothingToSee: seen !== undefined && showsNothing(seen.frame),
    localUp: ports.local?.available() ?? false,
    cloudUp: ports.cloud?.available() ?? false,
    lastAnswerLocal: last === "local" || last === "describer",
    keptHere: turn.keptHere === true,
  };
}

/** A picture leaves the local engine when that is down, not because it takes its time. */
function patienceMs(engine: EngineName, facts: RouteFacts, turn: Turn): number | undefined {
  if (engine === "describer" || (engine === "local" && facts.verdict)) return undefined;
  return turn.settings.fallbackAfterMs[engine];
}

/** A local engine that had started beside a cloud which then refused answers because of that. */
function afterRefusal(route: Route, refusal: string | undefined): Route {
  return refusal === undefined || route.engine === "cloud" ? route : { ...route, reason: "cloud-refused" };
}

/** The route table again, with the engines that failed counted as down. */
function nextRoute(facts: RouteFacts, down: ReadonlySet<EngineName>, refused: boolean): Route {
  const route = chooseRoute({
    ...facts,
    localUp: facts.localUp && !down.has("local"),
    cloudUp: facts.cloudUp && !down.has("cloud"),
  });
  if (down.has("describer") || (refused && !facts.verdict)) return { engine: "none", reason: route.reason };
  return refused ? { engine: route.engine, reason: "cloud-refused" } : route;
}

function start(route: Route, turn: Turn, seen: Seen | undefined, ports: Ports, ctx: TurnContext): Attempt {
  ctx.mark("request-sent");
  if (route.engine !== "none") ctx.report({ type: "asked", engine: route.engine });
  return startAttempt(route, ctx, (attemptCtx) => openEngine(route, turn, seen, ports, attemptCtx));
}

async function* openEngine(
  route: Route,
  turn: Turn,
  seen: Seen | undefined,
  ports: Ports,
  ctx: TurnContext,
): AsyncGenerator<EngineEvent> {
  await reportPicture(route.engine, seen, ctx);
  if (route.engine === "local" && ports.local) {
    const shown = seen && { picture: await seen.frame.detailed(), facts: seen.facts };
    yield* ports.local.answer(localPrompt(turn, shown), ctx);
  } else if (route.engine === "cloud" && ports.cloud) {
    const shown = seen?.clear && { picture: seen.clear, facts: seen.facts };
    const events = ports.cloud.answer(cloudPrompt(turn, shown), ctx);
    yield* shown ? guardRefusal(events) : events;
  } else if (route.engine === "describer" && seen) {
    const { frame, verdict } = seen;
    const sighting = { verdict, width: frame.width, height: frame.height, hint: frame.quality.hint };
    yield* ports.describer.answer(describerPrompt(turn, sighting), ctx);
  } else {
    throw new EngineError(route.engine, "invalid-request", "no-such-route", { retryable: false });
  }
}

/** The winner's words, checked against what the detector is certain of. */
async function* speak(
  won: Attempt,
  turn: Turn,
  seen: Seen | undefined,
  ctx: TurnContext,
): AsyncGenerator<string, Outcome> {
  const engine = won.route.engine as EngineName;
  const language = toLanguage(turn.settings.language);
  await reportPicture(engine, seen, ctx);
  let outcome: Outcome = "answered";
  let isCut = false;
  let last = "";
  const persons = seen && engine !== "describer" ? certainPersons(seen.verdict) : 0;
  const peopleAsked = asksForPeople(turn.question, language);
  const tokens = checkDenials(
    texts(won, engine, ctx, () => (isCut = true)),
    {
      persons,
      hedge: seen ? personHedge(seen.verdict, seen.frame, turn.settings.fieldOfViewDeg, language) : "",
      peopleAsked,
      language,
      onContradiction: () => ctx.report({ type: "contradicted", engine }),
    },
  );
  const { history } = turn;
  let advice = seen && engine !== "describer" ? adviceOn(seen, { history, language, peopleAsked }) : "";
  try {
    for await (const text of tokens) {
      ctx.mark("first-token");
      ctx.report({ type: "token" });
      if (advice !== "") yield `${advice} `;
      advice = "";
      yield text;
      last = text;
    }
    if (isCut) yield `${/[.!?…]["'”)\]]*\s*$/.test(last) ? "" : "…"} ${noticesIn(language)["there-is-more"]}`;
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    reportFailure(engine, error, ctx);
    outcome = "notice";
    yield ` ${noticesIn(language)["lost-rest"]}`;
  }
  ctx.mark("last-token");
  return outcome;
}

async function* texts(
  won: Attempt,
  engine: EngineName,
  ctx: TurnContext,
  onCut: () => void,
): AsyncGenerator<string> {
  for await (const event of won.events()) {
    if (event.type === "text-delta") {
      if (event.text !== "") yield event.text;
    } else if (event.type === "finish") {
      ctx.report({ type: "usage", engine, usage: event.usage });
      if (event.reason === "length") {
        onCut();
        ctx.report({ type: "truncated", engine });
      }
      if (isRefusal(event.reason)) throw new EngineError(engine, "server", event.reason);
    }
  }
}

/**
 * Says which picture goes with the question, so that later prompts can repeat exactly that: when it is
 * asked, since a turn may be cut off before its first word, and again for the engine that answers.
 */
async function reportPicture(
  engine: Route["engine"],
  seen: Seen | undefined,
  ctx: TurnContext,
): Promise<void> {
  if (!seen) return;
  const jpeg = engine === "local" ? await seen.frame.detailed() : null;
  // An attempt that lost meanwhile must not speak over the one that won.
  if (ctx.signal.aborted) return;
  ctx.report({
    type: "picture",
    jpeg,
    clear: engine === "cloud" ? (seen.clear ?? null) : null,
    facts: seen.facts,
  });
}

function reportLost(opening: Opening, ctx: TurnContext): void {
  const { engine } = opening.attempt.route;
  if (engine === "none") return;
  if (opening.state === "refused") ctx.report({ type: "refused", engine });
  if (opening.state === "failed") reportFailure(engine, opening.error, ctx);
}

function reportFailure(engine: EngineName, error: unknown, ctx: TurnContext): void {
  if (ctx.signal.aborted) return;
  const known = error instanceof EngineError;
  ctx.report({ type: "engine-failed", engine, category: known ? error.category : "server", error });
}
