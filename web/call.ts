import type { CallEnd, CallEvent, CallState } from "../orchestrator/session/call-events.ts";

/** Where the call stands. */
export type Phase = "idle" | "connecting" | "in-call" | "reconnecting";

/** Why a device gives nothing. `stopped`: it did so by itself; `insecure`: the page is not served over HTTPS; `unsupported`: the browser cannot. */
export type DeviceProblem =
  | "refused"
  | "missing"
  | "in-use"
  | "stopped"
  | "failed"
  | "insecure"
  | "unsupported";

/** What one of the caller's devices does. `unasked`: it was not wanted in this call. */
export type DeviceState = "unasked" | "off" | "starting" | "on" | "muted" | DeviceProblem;

export type Device = "microphone" | "camera" | "screen";

/** Why no call came about, or a typed question got no answer. */
export type CallFault =
  | "code-needed"
  | "code-wrong"
  | "too-many"
  | "refused"
  | "bad-picture"
  | "no-answer"
  | "unavailable"
  | "unreachable";

/** Why a call is over. `no-agent`: nobody took it. */
export type EndReason = CallEnd | "no-agent" | "closed";

/** The caller's view of the assistant's presence. `late`: it is not there yet though it should be. */
export type Agent = "awaited" | "here" | "late" | "gone";

/** All that the page knows about the call, besides the words. */
export interface CallView {
  readonly phase: Phase;
  /** Why the last call did not come about, or is over; null at first and during a call. */
  readonly outcome: { readonly fault: CallFault } | { readonly end: EndReason } | null;
  readonly agent: Agent;
  /** What the assistant does. */
  readonly state: CallState;
  /** Names of the speech services; null: none. */
  readonly ear: string | null;
  readonly voice: string | null;
  /** Speech rate; 1 is the voice's own. */
  readonly rate: number;
  /** "Just the text" is on. */
  readonly textOnly: boolean;
  /** The coach's words about the camera's picture. */
  readonly hint: string | null;
  readonly microphone: DeviceState;
  readonly camera: DeviceState;
  readonly screen: DeviceState;
  /** The browser plays no sound until something is pressed. */
  readonly soundBlocked: boolean;
  /** This device itself speaks an answer right now. */
  readonly deviceSpeaks: boolean;
}

/** What changes the view. */
export type CallChange =
  | { readonly type: "called" }
  | { readonly type: "failed"; readonly fault: CallFault }
  | { readonly type: "connected" }
  | { readonly type: "reconnecting" }
  | { readonly type: "reconnected" }
  | { readonly type: "over"; readonly reason: EndReason }
  | { readonly type: "agent"; readonly agent: Agent }
  | { readonly type: "device"; readonly device: Device; readonly state: DeviceState }
  | { readonly type: "sound-blocked"; readonly blocked: boolean }
  | { readonly type: "device-speaks"; readonly on: boolean }
  | { readonly type: "event"; readonly event: CallEvent };

/** The view before the first call. The voice is assumed to be there until the server says otherwise. */
export const noCall: CallView = {
  phase: "idle",
  outcome: null,
  agent: "awaited",
  state: "listening",
  ear: "unknown",
  voice: "unknown",
  rate: 1,
  textOnly: false,
  hint: null,
  microphone: "off",
  camera: "off",
  screen: "off",
  soundBlocked: false,
  deviceSpeaks: false,
};

/** The view after a change. A change that comes too late, after the call, leaves it as it is. */
export function changeCall(view: CallView, change: CallChange): CallView {
  switch (change.type) {
    case "called":
      return { ...noCall, phase: "connecting", rate: view.rate };
    case "failed":
      return over(view, { fault: change.fault });
    case "over":
      return view.phase === "idle" ? view : over(view, { end: change.reason });
    case "connected":
      return view.phase === "connecting" ? { ...view, phase: "in-call" } : view;
    case "reconnecting":
      return view.phase === "in-call" ? { ...view, phase: "reconnecting", state: "listening" } : view;
    case "reconnected":
      return view.phase === "reconnecting" ? { ...view, phase: "in-call" } : view;
    case "agent":
      return inCall(view, {
        agent: change.agent,
        ...(change.agent === "here" ? {} : { state: "listening" }),
      });
    case "device":
      return inCall(view, { [change.device]: change.state });
    case "sound-blocked":
      return inCall(view, { soundBlocked: change.blocked });
    case "device-speaks":
      return { ...view, deviceSpeaks: change.on };
    case "event":
      return inCall(view, fromEvent(change.event));
  }
}

/**
 * Whether an answer can be heard or is about to be: then a screen reader must keep silent.
 *
 * @param aloud a voice says the answers, not the screen reader.
 */
export function isSounding(view: CallView, aloud: boolean): boolean {
  if (view.deviceSpeaks) return true;
  return view.phase === "in-call" && view.state !== "listening" && aloud && !view.soundBlocked;
}

/** Whether a state is a reason why the device gives nothing. */
export function isProblem(state: DeviceState): state is DeviceProblem {
  return !["unasked", "off", "starting", "on", "muted"].includes(state);
}

function over(view: CallView, outcome: NonNullable<CallView["outcome"]>): CallView {
  return { ...noCall, rate: view.rate, outcome };
}

function inCall(view: CallView, part: Partial<CallView>): CallView {
  return view.phase === "idle" ? view : { ...view, ...part };
}

function fromEvent(event: CallEvent): Partial<CallView> {
  switch (event.type) {
    case "state":
      return { state: event.state, agent: "here" };
    case "speech":
      return { ear: event.ear, voice: event.voice };
    case "rate":
      return { rate: event.rate };
    case "text-only":
      return { textOnly: event.on };
    case "hint":
      return { hint: event.hint === null ? null : event.text };
    case "heard":
    case "caption":
    case "spoken":
    case "answer-end":
    case "turn":
    case "ended":
      return {};
  }
}
