import type { CallEvent, CallRequest, CallState, LocalCommand } from "../orchestrator/session/call-events.ts";
import { type Api, ApiError } from "./api.ts";
import { type CallDevicesParts, createCallDevices } from "./call-devices.ts";
import type { CallRoom, PreviewElement, RoomNews } from "./call-room.ts";
import { type CallChange, changeCall, type Device, type EndReason } from "./call.ts";
import type { Input } from "./devices.ts";

/** What a call is made of. */
export interface CallerParts extends Omit<CallDevicesParts, "room"> {
  readonly api: Pick<Api, "ticket">;
  /** Loads the room's code, once. */
  readonly loadRoom: () => Promise<(tell: (news: RoomNews) => void) => CallRoom>;
  /** Allows all later sound, while the press that calls is handled; returns what ends it. */
  readonly unlockSound: () => () => void;
  /** The caller's own speech rate, 0.5–2; null: they have chosen none. */
  readonly ownRate: () => number | null;
  readonly onEvent: (event: CallEvent) => void;
  /** A question did not reach the assistant. */
  readonly onUnsent: () => void;
}

export interface Caller {
  /** Calls; hangs up when there is a call. `code`: the access code, or empty. */
  call(code: string): void;
  hangUp(): void;
  /** Mutes what is on, switches on what is not. */
  toggle(device: Device): void;
  /** Silences the microphone for as long as this device itself speaks. */
  hold(on: boolean): void;
  ask(text: string): void;
  command(command: LocalCommand): void;
  /** Speech rate, 0.5–2. */
  setRate(rate: number): void;
  /** The caller chose another device, which `deviceIds` tells from now on. */
  deviceChosen(input: Input): void;
  /** Plays what the browser held back; to be called while a press is handled. */
  unlockSound(): void;
  preview(element: PreviewElement): () => void;
}

/** How long an agent that is there is waited for to say what it can do. */
const OWN_WORD_MS = 500;
/** One that dropped out is back within five seconds: who is not there by then is late, and then will not come. */
const AGENT_LATE_MS = 6000;
const AGENT_GIVEN_UP_MS = 40_000;
/** A connection that is back by then is not worth a word. */
const BLIP_MS = 1500;
/** What is still on its way to the ear when the assistant has ended the call. */
const LAST_SOUND_MS = 600;

interface CurrentCall {
  /** Undefined: there is no leave to join it yet. */
  readonly room: CallRoom | undefined;
  readonly stop: AbortController;
  readonly lockSound: () => void;
}

/** Holds the one call of the page. */
export function createCaller(parts: CallerParts): Caller {
  const { view } = parts;
  let current: CurrentCall | undefined;
  const change = (what: CallChange) => view.set(changeCall(view.get(), what));
  const devices = createCallDevices({ ...parts, room: () => current?.room });
  let toldState = false;
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const after = (name: string, ms: number, act: () => void) => {
    clearTimeout(timers.get(name));
    timers.set(name, setTimeout(act, ms));
  };

  function end(outcome: { readonly reason: EndReason } | { readonly fault: ApiError["fault"] }): void {
    const was = current;
    current = undefined;
    devices.forget();
    for (const timer of timers.values()) clearTimeout(timer);
    was?.stop.abort();
    was?.lockSound();
    void was?.room?.close();
    change(
      "reason" in outcome
        ? { type: "over", reason: outcome.reason }
        : { type: "failed", fault: outcome.fault },
    );
  }

  function awaitAgent(): void {
    after("late", AGENT_LATE_MS, () => change({ type: "agent", agent: "late" }));
    after("given-up", AGENT_GIVEN_UP_MS, () => end({ reason: "no-agent" }));
  }

  /** Until it tells its state itself, which it does not at once to a page that was loaded again, the room's word counts. */
  function meet(state: CallState): void {
    if (toldState) return;
    const isHere = () => {
      awaitNobody();
      change({ type: "event", event: { type: "state", state } });
    };
    // One that listens may be about to say its first sentence.
    if (state === "listening" && view.get().agent !== "here") after("ready", OWN_WORD_MS, isHere);
    else isHere();
  }

  function awaitNobody(): void {
    for (const name of ["ready", "late", "given-up"]) clearTimeout(timers.get(name));
  }

  function hear(news: RoomNews): void {
    switch (news.type) {
      case "reconnecting":
        return after("reconnecting", BLIP_MS, () => change(news));
      case "reconnected":
        clearTimeout(timers.get("reconnecting"));
        return change(news);
      case "sound-blocked":
        return change(news);
      case "closed":
        // What fails while joining is told by the joining itself.
        return view.get().phase === "connecting" ? undefined : end({ reason: news.reason });
      case "agent":
        if (news.here) return meet(news.state);
        clearTimeout(timers.get("ready"));
        toldState = false;
        change({ type: "agent", agent: "gone" });
        return awaitAgent();
      case "device-ended":
        return devices.ended(news.device);
      case "event":
        return hearEvent(news.event);
    }
  }

  function hearEvent(event: CallEvent): void {
    if (event.type === "state") {
      toldState = true;
      awaitNobody();
    }
    const ownRate = parts.ownRate();
    // The caller's own rate is on its way to an assistant that begins with the persona's.
    if (event.type !== "rate" || event.by === "caller" || ownRate === null) change({ type: "event", event });
    if (event.type === "speech") {
      if (ownRate !== null) send({ type: "rate", rate: ownRate });
      devices.followEar();
    }
    if (event.type === "ended") after("last-sound", LAST_SOUND_MS, () => end({ reason: event.reason }));
    parts.onEvent(event);
  }

  async function start(code: string, begun: CurrentCall): Promise<void> {
    const { signal } = begun.stop;
    const [createRoom, ticket] = await Promise.all([parts.loadRoom(), parts.api.ticket(code, signal)]);
    if (signal.aborted) return;
    const tellOfThis = (news: RoomNews) => {
      if (!signal.aborted) hear(news);
    };
    const room = createRoom(tellOfThis);
    current = { ...begun, room };
    unlockSound();
    const joined = room.connect(ticket);
    const opened = devices.open(room, joined, signal);
    await joined;
    if (signal.aborted) return;
    change({ type: "connected" });
    if (view.get().agent !== "here") awaitAgent();
    await opened;
  }

  function unlockSound(): void {
    current?.room?.unlockSound().catch(() => change({ type: "sound-blocked", blocked: true }));
  }

  function send(request: CallRequest, onLost?: () => void): void {
    const room = current?.room;
    void room?.send(request).catch(() => {
      if (current?.room === room) onLost?.();
    });
  }

  /** A room keeps nothing for an assistant that is not there. */
  function ask(text: string): void {
    if (view.get().agent === "here") send({ type: "ask", text }, parts.onUnsent);
    else parts.onUnsent();
  }

  return {
    call(code) {
      if (current) return;
      const stop = new AbortController();
      const begun = { room: undefined, stop, lockSound: parts.unlockSound() };
      current = begun;
      toldState = false;
      change({ type: "called" });
      start(code, begun).catch((error: unknown) => {
        if (!stop.signal.aborted) end({ fault: error instanceof ApiError ? error.fault : "unreachable" });
      });
    },
    hangUp: () => end({ reason: "hung-up" }),
    toggle: (device) => devices.toggle(device),
    hold: (on) => devices.hold(on),
    ask,
    command: (command) => send({ type: "command", command }),
    setRate(rate) {
      change({ type: "event", event: { type: "rate", rate, by: "caller" } });
      send({ type: "rate", rate });
    },
    deviceChosen: (input) => devices.chosen(input),
    unlockSound,
    preview: (element) => current?.room?.preview(element) ?? (() => undefined),
  };
}
