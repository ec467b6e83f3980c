import { describe, expect, it, vi } from "vitest";
import type { ClearPicture } from "../../../orchestrator/turn/clear-picture.ts";
import { createRecorder } from "../../../orchestrator/turn/recorder.ts";
import { reply } from "../../../orchestrator/turn/reply.ts";
import { stopped } from "../../../orchestrator/turn/stopped.ts";
import type { Jpeg } from "../../../orchestrator/turn/turn.ts";
import { engineOf, gateOf, personVerdict, turnOf } from "../../standins/turn.ts";
import { hanging, LOOK, never, portsOf, run } from "./run-reply.ts";

describe("an abort", () => {
  it.each([0, 1, 2, 3])(
    "after %i pieces ends the turn as cancelled and closes the engine",
    async (pieces) => {
      const barge = new AbortController();
      const cloud = engineOf<ClearPicture>(async function* (ctx) {
        for (let piece = 0; piece < pieces; piece++) yield { type: "text-delta", text: "A chair. " };
        await never(ctx.signal);
      });
      const recorder = createRecorder({ turnId: "turn", signal: barge.signal, transport: "terminal" });
      const texts: string[] = [];
      setTimeout(() => barge.abort(new DOMException("barge-in", "AbortError")), 10);
      for await (const text of reply(turnOf(LOOK), portsOf({ cloud }), recorder.ctx)) texts.push(text);
      expect(texts).toHaveLength(pieces);
      expect(recorder.report().outcome).toBe("cancelled");
      expect(cloud.aborted).toHaveLength(1);
    },
  );

  it("before the first word keeps the picture that was asked about", async () => {
    const barge = new AbortController();
    const local = engineOf<Jpeg>(hanging);
    const recorder = createRecorder({ turnId: "turn", signal: barge.signal, transport: "terminal" });
    setTimeout(() => barge.abort(stopped("barge-in")), 10);
    const ports = portsOf({ local, gate: gateOf(personVerdict) });
    for await (const _text of reply(turnOf(LOOK), ports, recorder.ctx)) break;
    expect(recorder.report()).toMatchObject({ outcome: "cancelled", route: { engine: "local" } });
    const sent = local.prompts[0]?.messages.at(-1);
    const picture = sent?.role === "user" ? sent.parts[0] : undefined;
    expect(picture).toEqual({ type: "picture", picture: recorder.report().picture?.jpeg });
  });

  it("by return() closes the engine too", async () => {
    const cloud = engineOf<ClearPicture>(async function* (ctx) {
      yield { type: "text-delta", text: "A chair. " };
      await never(ctx.signal);
    });
    const recorder = createRecorder({
      turnId: "turn",
      signal: new AbortController().signal,
      transport: "terminal",
    });
    for await (const _text of reply(turnOf(LOOK), portsOf({ cloud }), recorder.ctx)) break;
    expect(recorder.report().outcome).toBe("cancelled");
    await vi.waitFor(() => expect(cloud.aborted).toHaveLength(1));
  });

  it("leaves no timers behind", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    for (let round = 0; round < 20; round++) await run(turnOf(LOOK), portsOf());
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
