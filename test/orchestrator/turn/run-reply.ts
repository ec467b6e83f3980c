import { EngineError } from "../../../orchestrator/errors.ts";
import type { ClearPicture } from "../../../orchestrator/turn/clear-picture.ts";
import type { EngineEvent, Ports } from "../../../orchestrator/turn/ports.ts";
import { createRecorder } from "../../../orchestrator/turn/recorder.ts";
import { reply } from "../../../orchestrator/turn/reply.ts";
import type { TurnReport } from "../../../orchestrator/turn/report.ts";
import type { Frame, Jpeg, Sighting, Turn, TurnContext } from "../../../orchestrator/turn/turn.ts";
import { cameraOf, engineOf, frameOf, gateOf, verdictOf } from "../../standins/turn.ts";

export const LOOK = "What's in front of me?";
export const TALK = "Tell me a joke.";
export const never = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(new Error("aborted"))),
  );

export async function* failing(): AsyncGenerator<EngineEvent> {
  yield await Promise.reject<EngineEvent>(new EngineError("fake", "server", "http-500"));
}
export async function* hanging(ctx: TurnContext): AsyncGenerator<EngineEvent> {
  yield await never(ctx.signal);
}

export interface Setup extends Partial<Ports> {
  readonly frame?: Frame | null;
}

export function portsOf({ frame, ...ports }: Setup = {}): Ports {
  return {
    camera: cameraOf(...(frame === null ? [] : [frame ?? frameOf()])),
    gate: gateOf((frame) => verdictOf(frame)),
    local: engineOf<Jpeg>("Local |says."),
    cloud: engineOf<ClearPicture>("Cloud |says."),
    describer: engineOf<Sighting>("Detector says."),
    ...ports,
  };
}

export async function run(
  turn: Turn,
  ports: Ports,
  signal = new AbortController().signal,
): Promise<TurnReport & { text: string }> {
  const recorder = createRecorder({ turnId: "turn", signal, transport: "terminal" });
  let text = "";
  for await (const piece of reply(turn, ports, recorder.ctx)) text += piece;
  return { ...recorder.report(), text };
}

export const gist = ({ text, outcome, route }: TurnReport & { text: string }): string =>
  `${text} | ${outcome} ${route?.engine} ${route?.reason}`;
