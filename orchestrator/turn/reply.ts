import { orAbort } from "../lib/abortable.ts";
import { answer } from "./answer.ts";
import { look } from "./look.ts";
import { needsFrame } from "./needs-frame.ts";
import { noticesIn } from "./notices.ts";
import type { Ports } from "./ports.ts";
import type { FrameNeed, Outcome, Turn, TurnContext } from "./turn.ts";

/**
 * One turn, top to bottom: does it need the camera, which frame, what is in it, who answers, the
 * answer. Writes nothing and never throws: a failure becomes one spoken sentence, an abort ends it.
 */
export async function* reply(turn: Turn, ports: Ports, ctx: TurnContext): AsyncGenerator<string> {
  ctx.mark("turn-start");
  const startedAtMs = ctx.now();
  let outcome: Outcome = "cancelled";
  try {
    const need = needOf(turn);
    ctx.report({ type: "need", need });
    const seen = need.value ? await orAbort(look(turn, need, ports, ctx), ctx.signal) : undefined;
    const leftMs = Math.max(0, turn.settings.turnDeadlineMs - (ctx.now() - startedAtMs));
    outcome = yield* answer(turn, need, seen, ports, ctx, leftMs);
  } catch (error) {
    if (ctx.signal.aborted) return;
    outcome = "notice";
    ctx.report({ type: "fault", error });
    yield noticesIn(turn.settings.language)["cannot-answer"];
  } finally {
    ctx.mark("turn-end");
    ctx.report({ type: "outcome", outcome });
  }
}

function needOf({ question, history, settings }: Turn): FrameNeed {
  if (settings.camera === false) return { value: false, reason: "no-eyes", reading: false, screen: false };
  return needsFrame(question, history, settings.language);
}
