import { type CallView, type Device, isProblem } from "./call.ts";
import type { Messages } from "./messages/en.ts";

const DEVICES: readonly Device[] = ["microphone", "camera", "screen"];

/** The sentence that says where the call stands. Empty: nothing was done yet. */
export function statusOf(view: CallView, messages: Messages): string {
  const { phase, outcome, agent } = view;
  if (phase === "connecting") return messages.connecting;
  if (phase === "reconnecting") return messages.reconnecting;
  if (phase === "idle") {
    if (!outcome) return "";
    return "fault" in outcome ? messages.faults[outcome.fault] : messages.ends[outcome.end];
  }
  if (agent === "here") return view.ear === null ? messages.inCallTyped : messages.inCall;
  // An assistant that is in time greets at once: a word about the wait would be read over it.
  return { awaited: messages.connecting, late: messages.late, gone: messages.gone }[agent];
}

/** What a screen reader is told about a change, in order; nothing that the assistant itself tells. */
export function announcementsOf(view: CallView, before: CallView, messages: Messages): readonly string[] {
  const status =
    before.phase === "reconnecting" && view.phase === "in-call"
      ? messages.reconnected
      : statusOf(view, messages);
  return [
    status !== "" && (status !== statusOf(before, messages) || view.outcome !== before.outcome) ? status : "",
    ...(view.phase === "idle" ? [] : DEVICES.map((device) => deviceChange(device, view, before, messages))),
    view.soundBlocked && !before.soundBlocked ? messages.soundBlocked : "",
    view.hint !== null && view.hint !== before.hint && view.voice === null ? view.hint : "",
  ].filter((text) => text !== "");
}

/** A rate as it is read and said: `1.2`, in German `1,2`. */
export function rateText(rate: number, messages: Messages): string {
  return rate.toLocaleString(messages.tag, { maximumFractionDigits: 2 });
}

/** The devices that give nothing though they are wanted, with the way out. */
export function problemsOf(
  view: CallView,
  messages: Messages,
): readonly { readonly device: Device; readonly text: string }[] {
  return DEVICES.flatMap((device) => {
    const state = view[device];
    return isProblem(state) ? [{ device, text: messages.problems[device][state] }] : [];
  });
}

/**
 * That a device has started together with the call is not said: the call's own sentence is enough. Of a
 * screen that is shared, or no longer, a voice of the assistant tells.
 */
function deviceChange(device: Device, view: CallView, before: CallView, messages: Messages): string {
  const [now, was] = [view[device], before[device]];
  if (now === was) return "";
  if (isProblem(now)) return messages.problems[device][now];
  if (device === "screen" && view.voice !== null) return "";
  const texts = messages.devices[device];
  if (now === "on") return was === "starting" ? "" : texts.on;
  if (now === "muted") return texts.muted;
  return device === "screen" && now === "off" ? texts.muted : "";
}
