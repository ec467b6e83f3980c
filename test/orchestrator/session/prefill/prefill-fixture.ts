import { setTimeout as delay } from "node:timers/promises";
import { createLog } from "../../../../orchestrator/log.ts";
import { createMetrics } from "../../../../orchestrator/metrics/metrics.ts";
import { createPrefillAhead } from "../../../../orchestrator/session/prefill/prefill-ahead.ts";
import { createConversation } from "../../../../orchestrator/turn/conversation.ts";
import type { EngineState } from "../../../../orchestrator/turn/ports.ts";
import type { Frame, Jpeg, PastTurn, Prompt, RoutePolicy } from "../../../../orchestrator/turn/turn.ts";
import { frameShown, offerPicture, ringShowing } from "../../../standins/call/camera.ts";
import { engineOf, gateOf, settingsOf, verdictOf } from "../../../standins/turn.ts";

/** Longer than the wait between two looks. */
export const LOOKS_MS = 250;

/** A prefill that hangs until it is stopped, and fails then. */
export function hangs(signal: AbortSignal, onStop = (): void => {}): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      onStop();
      reject(signal.reason as Error);
    });
  });
}

/** Prefills of a fake engine; `prefill` decides how long one takes and how it ends. */
export function openPrefill(
  options: {
    readonly policy?: RoutePolicy;
    readonly prefill?: (signal: AbortSignal) => Promise<boolean>;
    readonly state?: () => EngineState;
    readonly answering?: () => boolean;
  } = {},
) {
  const prompts: Prompt<Jpeg>[] = [];
  const sent: Frame[] = [];
  const local = {
    ...engineOf<Jpeg>("Yes."),
    async prefill(prompt: Prompt<Jpeg>, signal: AbortSignal) {
      prompts.push(prompt);
      return (await options.prefill?.(signal)) ?? true;
    },
    ...(options.state && { state: options.state }),
  };
  let luma = 100;
  const ring = ringShowing({
    gate: gateOf((frame) => verdictOf(frame)),
    toFrame: (shown) => frameShown(shown, luma),
  });
  ring.setRate(1000);
  const conversation = createConversation("call");
  const adopted: (readonly PastTurn[])[] = [];
  const metrics = createMetrics();
  const ahead = createPrefillAhead({
    deps: {
      settings: settingsOf({ policy: options.policy ?? "local-only" }),
      metrics,
      log: createLog("silent"),
    },
    conversation,
    ring,
    ports: { local, cloud: engineOf("Yes.") },
    answering: () => options.answering?.() ?? false,
    onSent: (frame) => void sent.push(frame),
    onAdopted: () => void adopted.push(conversation.snapshot()),
  });
  const end = (): void => {
    ahead.close();
    ring.close();
  };
  const show = async (brightness: number, track = "camera"): Promise<Frame> => {
    luma = brightness;
    offerPicture(ring, track);
    await delay(5);
    const frame = ring.recent("camera").at(-1)!;
    await ring.gate(frame, AbortSignal.timeout(1000));
    return frame;
  };
  return { ahead, prompts, sent, adopted, show, conversation, ring, metrics, end };
}
