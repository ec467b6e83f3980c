import type { CallEvent, CallRequest, LocalCommand } from "../orchestrator/session/call-events.ts";
import { type Api, ApiError } from "./api.ts";
import type { CallRoom, DeviceIds, PreviewElement, RoomNews } from "./call-room.ts";
import { type CallChange, type CallView, changeCall, type Device, type EndReason } from "./call.ts";
import { type Input, openDevices, problemOf } from "./devices.ts";
import type { Store } from "./lib/store.ts";

/** What a call is made of. */
export interface CallerParts {
  readonly view: Store<CallView>;
  readonly api: Pick<Api, "ticket">;
  /** Loads the room's code, once. */
  readonly loadRoom: () => Promise<(tell: (news: RoomNews) => void) => CallRoom>;
  readonly deviceIds: () => DeviceIds;
  /** Why this browser gives no devices at all; null: it does. */
  readonly noDevices: () => "insecure" | "unsupported" | null;
  /** Whether the server can hear at all. */
  readonly hears: () => boolean;
  readonly onEvent: (event: CallEvent) => void;
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
  deviceChosen(device: "microphone" | "camera"): void;
  unlockSound(): void;
  preview(element: PreviewElement): () => void;
}

/** How long an agent that is there is waited for to say what it can do. */
const OWN_WORD_MS = 500;
/** An agent that is not there by then will probably not come. */
const AGENT_LATE_MS = 10_000;
const AGENT_GIVEN_UP_MS = 40_000;
/** A connection that is back by then is not worth a word. */
const BLIP_MS = 1500;
/** What is still on its way to the ear when the assistant has ended the call. */
const LAST_SOUND_MS = 600;

/** Holds the one call of the page. */
export function createCaller(parts: CallerParts): Caller {
  const { view, deviceIds } = parts;
  let rate = view.get().rate;
  let current: { readonly room: CallRoom | undefined; readonly stop: AbortController } | undefined;
  const change = (what: CallChange) => view.set(changeCall(view.get(), what));
  const setDevice = (device: Device, state: CallView[Device]) => change({ type: "device", device, state });
  let held = false;
  const switching = new Set<Device>();
  /** Muted while it was still being started. */
  const muteSoon = new Set<Device>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const after = (name: string, ms: number, act: () => void) => {
    clearTimeout(timers.get(name));
    timers.set(name, setTimeout(act, ms));
  };

  function end(outcome: { readonly reason: EndReason } | { readonly fault: ApiError["fault"] }): void {
    const was = current;
    current = undefined;
    muteSoon.clear();
    for (const timer of timers.values()) clearTimeout(timer);
    was?.stop.abort();
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

  function agentIsHere(): void {
    clearTimeout(timers.get("ready"));
    clearTimeout(timers.get("late"));
    clearTimeout(timers.get("given-up"));
    change({ type: "agent", agent: "here" });
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
        // Its own word, whether it can hear, is on its way; to a page that was loaded again it is not.
        if (news.here && view.get().ear === "unknown") return after("ready", OWN_WORD_MS, agentIsHere);
        if (news.here) return agentIsHere();
        clearTimeout(timers.get("ready"));
        change({ type: "agent", agent: "gone" });
        return awaitAgent();
      case "device-ended":
        return deviceEnded(news.device);
      case "event":
        return hearEvent(news.event);
    }
  }

  function deviceEnded(device: Device): void {
    const byUs = switching.has(device) || (device === "microphone" && held);
    if (!byUs && view.get()[device] === "on") setDevice(device, device === "screen" ? "off" : "stopped");
  }

  function hearEvent(event: CallEvent): void {
    if (event.type === "state") agentIsHere();
    change({ type: "event", event });
    if (event.type === "speech") begin(event.ear);
    if (event.type === "ended") after("last-sound", LAST_SOUND_MS, () => end({ reason: event.reason }));
    parts.onEvent(event);
  }

  /** The assistant has said what it can do: it learns the caller's rate, and hears nothing when it cannot. */
  function begin(ear: string | null): void {
    if (rate !== 1) send({ type: "rate", rate });
    const { microphone } = view.get();
    if (ear === null && (microphone === "on" || microphone === "starting")) toggle("microphone");
  }

  async function start(code: string, stop: AbortController): Promise<void> {
    const { signal } = stop;
    const [createRoom, ticket] = await Promise.all([parts.loadRoom(), parts.api.ticket(code, signal)]);
    if (signal.aborted) return;
    const tellOfThis = (news: RoomNews) => {
      if (!signal.aborted) hear(news);
    };
    const room = createRoom(tellOfThis);
    current = { room, stop };
    void room.unlockSound().catch(() => change({ type: "sound-blocked", blocked: true }));
    const joined = room.connect(ticket);
    const opened = openAll(room, joined, signal);
    await joined;
    if (signal.aborted) return;
    change({ type: "connected" });
    if (view.get().agent !== "here") awaitAgent();
    await opened;
  }

  /** Asks for the devices while the room is being joined, and offers them once it is. */
  async function openAll(room: CallRoom, joined: Promise<void>, signal: AbortSignal): Promise<void> {
    const wanted = (["microphone", "camera"] as const).filter((input) => input === "camera" || parts.hears());
    if (!wanted.includes("microphone")) setDevice("microphone", "unasked");
    const none = parts.noDevices();
    if (none) return wanted.forEach((input) => setDevice(input, none));
    for (const input of wanted) setDevice(input, "starting");
    const { tracks, problems } = await openDevices(wanted, (inputs) => room.open(inputs, deviceIds()));
    await joined.catch(() => undefined);
    if (signal.aborted) return tracks.forEach((track) => track.stop());
    for (const [input, problem] of problems) setDevice(input, problem);
    await Promise.all(
      tracks.map(async (track) => {
        await track.publish().then(
          () => started(track.input),
          () => setDevice(track.input, "failed"),
        );
      }),
    );
  }

  function started(input: Input): void {
    setDevice(input, "on");
    if (muteSoon.delete(input)) toggle(input);
    else if (input === "microphone" && held) openMicrophone(false);
  }

  function openMicrophone(on: boolean): void {
    current?.room?.enable("microphone", on, deviceIds()).catch(() => setDevice("microphone", "failed"));
  }

  function toggle(device: Device): void {
    const room = current?.room;
    const state = view.get()[device];
    if (!room || switching.has(device)) return;
    if (state === "starting") return void muteSoon.add(device);
    const on = state !== "on";
    const off = device === "screen" ? "off" : "muted";
    switching.add(device);
    void room
      .enable(device, on, deviceIds())
      .then(
        () => setDevice(device, on ? "on" : off),
        (error: unknown) => setDevice(device, wasCancelled(device, error) ? "off" : problemOf(error)),
      )
      .finally(() => switching.delete(device));
  }

  function send(request: CallRequest): void {
    void current?.room?.send(request).catch(() => undefined);
  }

  return {
    call(code) {
      if (current) return;
      const stop = new AbortController();
      current = { room: undefined, stop };
      ({ rate } = view.get());
      change({ type: "called" });
      start(code, stop).catch((error: unknown) => {
        if (!stop.signal.aborted) end({ fault: error instanceof ApiError ? error.fault : "unreachable" });
      });
    },
    hangUp: () => end({ reason: "hung-up" }),
    toggle,
    hold(on) {
      held = on;
      if (view.get().microphone === "on") openMicrophone(!on);
    },
    ask: (text) => send({ type: "ask", text }),
    command: (command) => send({ type: "command", command }),
    setRate(wanted) {
      rate = wanted;
      change({ type: "event", event: { type: "rate", rate } });
      send({ type: "rate", rate });
    },
    deviceChosen(device) {
      const id = deviceIds()[device];
      if (id && view.get()[device] === "on")
        void current?.room?.choose(device, id).catch((error: unknown) => setDevice(device, problemOf(error)));
    },
    unlockSound: () => void current?.room?.unlockSound(),
    preview: (element) => current?.room?.preview(element) ?? (() => undefined),
  };
}

/** Whoever closes the browser's choice of screens wanted none. */
function wasCancelled(device: Device, error: unknown): boolean {
  return device === "screen" && problemOf(error) === "refused";
}
