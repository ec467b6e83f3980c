import type { CallEvent } from "../orchestrator/session/call-events.ts";
import { type Api, ApiError, type PageConfig } from "./api.ts";
import { type CallFault, type CallView, changeCall, isSounding, noCall } from "./call.ts";
import { type Caller, type CallerParts, createCaller } from "./caller.ts";
import { addTyped, type Conversation, hearEvent, settle } from "./conversation.ts";
import { createHush } from "./hush.ts";
import { createStore, type Store } from "./lib/store.ts";
import { createLiveRegion, type LiveRegion } from "./live-region.ts";
import type { Messages } from "./messages/en.ts";
import { createReader, type DeviceVoice, type DeviceVoiceOptions, type Mouth } from "./reader.ts";
import { nextRate, type Settings } from "./settings.ts";
import { announcementsOf, rateText } from "./status.ts";
import { addTurn, type TurnRecord } from "./timings.ts";

/** What the page needs of the browser and of the network. */
export interface PageParts extends Pick<CallerParts, "loadRoom" | "noDevices" | "unlockSound"> {
  readonly api: Api;
  readonly messages: Messages;
  readonly settings: Settings;
  readonly keepSettings: (settings: Settings) => void;
  readonly createVoice: (options: DeviceVoiceOptions) => DeviceVoice;
}

/** The page without its looks: what it knows, and what can be done. */
export interface Page {
  readonly messages: Messages;
  readonly api: Api;
  readonly view: Store<CallView>;
  /** Null: not loaded yet. */
  readonly config: Store<PageConfig | "unreachable" | null>;
  readonly conversation: Store<Conversation>;
  readonly turns: Store<readonly TurnRecord[]>;
  readonly settings: Store<Settings>;
  /** The access code that was typed; kept in memory only. */
  readonly code: Store<string>;
  /** A typed question without a call is being answered, or why it was not. */
  readonly asking: Store<boolean | CallFault>;
  readonly status: LiveRegion;
  readonly answers: LiveRegion;
  readonly caller: Caller;
  load(): Promise<void>;
  /** Calls, or hangs up. */
  press(): void;
  ask(question: string, image?: string): void;
  /** Ends the answer that is being given. */
  stop(): void;
  stepRate(direction: -1 | 1): void;
  change(settings: Partial<Settings>): void;
}

/** Lines that the screen reader may still have to read, of the status and of an answer. */
const STATUS_LINES = 3;
const ANSWER_LINES = 12;

/** Ties the parts of the page together. */
export function createPage(parts: PageParts): Page {
  const { api, messages } = parts;
  const view = createStore<CallView>({ ...noCall, rate: parts.settings.rate ?? noCall.rate });
  const config = createStore<PageConfig | "unreachable" | null>(null);
  const conversation = createStore<Conversation>([]);
  const turns = createStore<readonly TurnRecord[]>([]);
  const settings = createStore(parts.settings);
  const code = createStore("");
  const asking = createStore<boolean | CallFault>(false);
  const hush = createHush(() => {
    status.silence();
    answers.silence();
  });
  const status = createLiveRegion(hush.isOn, STATUS_LINES);
  const answers = createLiveRegion(hush.isOn, ANSWER_LINES);
  let question: AbortController | undefined;
  let count = 0;

  const known = () => {
    const loaded = config.get();
    return loaded === "unreachable" ? null : loaded;
  };
  const voice = parts.createVoice({
    language: () => known()?.language ?? messages.tag,
    rate: () => view.get().rate,
    onSpeaking(on) {
      caller.hold(on);
      view.set(changeCall(view.get(), { type: "device-speaks", on }));
    },
  });
  const mouth = (): Mouth => {
    const now = view.get();
    if (now.phase === "idle" || now.textOnly) return "screen-reader";
    if (now.voice !== null) return "server";
    return settings.get().deviceVoice && voice.available() ? "device" : "screen-reader";
  };
  const reader = createReader(mouth, {
    device: voice,
    "screen-reader": { say: (text) => answers.say(text), stop: () => answers.drop() },
  });
  const onEvent = (event: CallEvent) => {
    conversation.set(hearEvent(conversation.get(), event));
    reader.hear(event);
    if (event.type === "turn") turns.set(addTurn(turns.get(), event));
    if (event.type === "rate" && event.by === "caller") change({ rate: event.rate });
  };
  const caller = createCaller({
    view,
    api,
    loadRoom: parts.loadRoom,
    noDevices: parts.noDevices,
    unlockSound() {
      voice.unlock();
      return parts.unlockSound();
    },
    deviceIds: () => settings.get(),
    hears: () => known()?.hears ?? true,
    ownRate: () => settings.get().rate,
    onEvent,
    onUnsent: () => status.say(messages.unsent),
  });

  function change(part: Partial<Settings>): void {
    settings.set({ ...settings.get(), ...part });
    parts.keepSettings(settings.get());
    if (part.microphone !== undefined) caller.deviceChosen("microphone");
    if (part.camera !== undefined) caller.deviceChosen("camera");
  }

  view.watch((now, before) => {
    const isOver = now.phase === "idle" && before.phase !== "idle";
    if (isOver) {
      status.drop();
      reader.stop();
      conversation.set(settle(conversation.get()));
    }
    hush.follow(isSounding(now, mouth() !== "screen-reader"), now.phase !== "in-call");
    for (const text of announcementsOf(now, before, messages)) status.say(text);
  });

  async function answerTyped(text: string, image: string | undefined, signal: AbortSignal): Promise<void> {
    const turn = `typed-answer-${count}`;
    let answer = "";
    let interrupted = false;
    try {
      const pieces = api.ask(image ? { question: text, image } : { question: text }, code.get(), signal);
      for await (const piece of pieces) {
        answer += piece;
        onEvent({ type: "caption", turn, text: piece });
      }
      if (!signal.aborted) asking.set(false);
    } catch (error) {
      interrupted = true;
      if (!signal.aborted) asking.set(error instanceof ApiError ? error.fault : "unreachable");
    }
    onEvent({ type: "answer-end", turn, text: answer, interrupted });
    if (!signal.aborted) status.clear();
  }

  /** No typed question is answered any more. */
  function dropQuestion(): void {
    question?.abort();
    if (asking.get() === true) asking.set(false);
  }

  return {
    messages,
    api,
    view,
    config,
    conversation,
    turns,
    settings,
    code,
    asking,
    status,
    answers,
    caller,
    async load() {
      const loaded = await api.config().catch(() => "unreachable" as const);
      config.set(loaded);
      if (loaded === "unreachable") status.say(messages.offline);
      else if (!loaded.calls) status.say(messages.typeHelp);
    },
    press() {
      if (view.get().phase !== "idle") return caller.hangUp();
      dropQuestion();
      caller.call(code.get());
    },
    ask(text, image) {
      count += 1;
      conversation.set(addTyped(conversation.get(), `typed-${count}`, text));
      if (view.get().phase !== "idle") return caller.ask(text);
      question?.abort();
      question = new AbortController();
      asking.set(true);
      status.say(messages.asking);
      void answerTyped(text, image, question.signal);
    },
    stop() {
      reader.stop();
      dropQuestion();
      if (view.get().phase !== "idle") caller.command("stop");
    },
    stepRate(direction) {
      const rate = nextRate(view.get().rate, direction);
      change({ rate });
      caller.setRate(rate);
      status.say(messages.rate(rateText(rate, messages)));
    },
    change,
  };
}
