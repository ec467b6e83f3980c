import type { Pcm } from "../lib/pcm.ts";
import { createConversation } from "../turn/conversation.ts";
import { initializeAgents } from "./agent-session.ts";
import type { CallDeps } from "./call-deps.ts";
import type { CallEnd, CallEvent } from "./call-events.ts";
import type { Call, CallOptions } from "./call.ts";
import { createCallLedger } from "./ledger/call-ledger.ts";
import { watchCamera } from "./camera/coach-watch.ts";
import { createRequests } from "./commands/requests.ts";
import { createDialogue, type Dialogue } from "./answering/dialogue.ts";
import { createCommands } from "./commands/do-command.ts";
import { earcon, type Earcon } from "./voice/earcons.ts";
import { createEars } from "./hearing/ears.ts";
import { createInterruptions } from "./hearing/interruptions.ts";
import { createListener, type SpeechState } from "./hearing/listener.ts";
import { createPrefillAhead } from "./camera/prefill-ahead.ts";
import { createLeaveTaking } from "./leave-taking.ts";
import { createManner } from "./manner.ts";
import { createSilenceClock, HEARING_RATE } from "./hearing/silence-clock.ts";
import { createNews } from "./voice/news.ts";
import { createReadAloud } from "./hearing/read-aloud.ts";
import { createReadiness } from "./readiness.ts";
import { openStage, type Stage } from "./stage.ts";
import { createTappedVad, hearingMs } from "./hearing/tapped-vad.ts";
import { warmUp } from "./warm-up.ts";

/** Frames per second that are judged while somebody speaks, and otherwise. */
const RATE_SPEAKING = 5;
const RATE_QUIET = 2;
/** Silence that tells model and recogniser that a microphone which was switched off says no more. */
const MUTED_MS = 400;

/** Calls of one process. */
export interface Calls {
  start(options: CallOptions): Promise<Call>;
  /** Loads and compiles what the first call would wait for. */
  warm(): Promise<void>;
}

/** Creates calls that share engines, ears and voices, and nothing else. */
export function createCalls(deps: CallDeps): Calls {
  initializeAgents();
  return {
    start: (options) => startCall(deps, options),
    async warm() {
      deps.voice?.warm();
      await warmUp(deps, startCall);
    },
  };
}

async function startCall(deps: CallDeps, options: CallOptions): Promise<Call> {
  const { notices, persona, ear } = deps;
  const ended = Promise.withResolvers<CallEnd>();
  const ending = new AbortController();
  const ring = deps.createRing();
  const ports = deps.ports(ring);
  const conversation = createConversation(options.id);
  for (const past of options.resumed?.history ?? []) conversation.commit(past);
  const ledger = createCallLedger(deps, options);
  const prefill = createPrefillAhead({
    deps,
    conversation,
    ring,
    ports,
    answering: () => dialogue.live()?.run !== undefined,
    onSent: (frame, jpeg, verdict) => ledger.sentAhead(frame, jpeg, verdict),
  });
  const clock = createSilenceClock();
  const manner = createManner(deps);
  const readAloud = createReadAloud(() => performance.now());
  let stage: Stage;
  let dialogue: Dialogue;
  let speech: SpeechState = "over";
  let open = false;
  let closing = false;

  const emit = (event: CallEvent): void => {
    if (ending.signal.aborted) return;
    if ((event.type === "caption" || event.type === "hint") && dialogue.voiceName() === null)
      readAloud.note(event.type === "hint" ? "hint" : event.turn, event.text);
    try {
      options.onEvent(event);
    } catch (error) {
      deps.log.error(
        { event: event.type, fault: error instanceof Error ? error.name : "unknown" },
        "event lost",
      );
    }
  };
  const tellSpeech = (): void =>
    emit({ type: "speech", ear: ears.place()?.name ?? null, voice: dialogue.voiceName() });

  const tone = (name: Earcon): void => {
    if (!listener.speaking()) stage.tone(earcon(name));
  };

  const listener = createListener({
    clock,
    endpointSilenceMs: deps.endpointSilenceMs,
    now: () => performance.now(),
    handlers: createInterruptions({
      deps,
      dialogue: () => dialogue,
      stage: () => stage,
      readAloud,
      doCommand: (command) => doCommand(command),
      endedAtMs: () => clock.lastLoudAtMs() ?? performance.now(),
      onSpeech(state) {
        speech = state;
        prefill.onSpeech(state);
        ring.setRate(state === "over" ? RATE_QUIET : RATE_SPEAKING);
        if (state === "speaking") deps.voice?.warm();
      },
    }),
  });
  const ears = createEars({
    ear,
    call: options.id,
    signal: ending.signal,
    speaking: () => listener.speaking(),
    onHeard(heard, segment) {
      const text = heard.text.trim();
      if (text !== "") emit({ type: "heard", segment, text, final: heard.type === "final" });
      listener.onHeard(heard);
    },
    onPlace(place) {
      if (!open) return;
      tellSpeech();
      news.set("hearing", place !== null);
    },
  });
  stage = await openStage({
    speaker: options.speaker,
    vad: ear && createTappedVad(listener.vad),
    listen: (audio) => ears.listen(audio),
    onLost: () => void end("failed"),
    listener: {
      onStart: () => dialogue.onStart(),
      onProgress: (playedMs) => dialogue.onProgress(playedMs),
    },
  });
  dialogue = createDialogue({
    deps,
    call: options,
    conversation,
    ports: { ...ports, warm: (history) => prefill.warm(history) },
    manner,
    stage,
    ledger,
    takeHeardBy: () => ears.takeHeardBy(),
    takeBefore() {
      const spokeAtMs = listener.takeSpokeAtMs();
      const prefills = prefill.takeSpans().filter(({ toMs }) => toMs >= (spokeAtMs ?? Infinity));
      return { spokeAtMs, prefills };
    },
    speaking: () => listener.speaking(),
    tone,
    emit,
    giveWay: () => prefill.giveWay(),
    onChosen: (frame) => prefill.chosen(frame),
    onCompacted: () => prefill.warmPast(),
    onIdle: () => listener.tick(),
    onVoice: tellSpeech,
  });

  const readiness = createReadiness({
    hasEar: ear !== undefined,
    onReady() {
      if (!dialogue.live()) emit({ type: "state", state: "listening" });
    },
  });

  const end = async (reason: CallEnd): Promise<void> => {
    if (closing) return void (await ended.promise);
    closing = true;
    readiness.close();
    news.close();
    dialogue.close();
    if (reason === "hung-up" || reason === "shutdown") tone("ended");
    emit({ type: "ended", reason });
    ending.abort();
    listener.close();
    prefill.close();
    ports.local?.forget?.(options.id);
    endWatch();
    ring.close();
    await stage.close();
    ended.resolve(reason);
  };
  const doCommand = createCommands({
    deps,
    call: options,
    dialogue,
    manner,
    heardBy: () => ears.heardBy(),
    emit,
    tone,
    hangUp: () => void end("hung-up"),
  });
  const endWatch = watchCamera({
    ring,
    notices,
    emit,
    onDark: () => {
      if (!dialogue.live()) tone("camera-muted");
    },
    onScreen: (isOn) => news.set("screen", isOn),
  });

  const hear = (audio: Pcm): void => {
    if (ending.signal.aborted || !ear) return;
    clock.push(audio.samples, performance.now(), listener.speaking());
    stage.hear(audio);
    listener.tick();
    readiness.onSound();
  };
  const request = createRequests({
    language: persona.language,
    dialogue,
    manner,
    doCommand,
    emit,
    forget: () => listener.forget(),
  });

  const news = createNews({
    isIdle: () => speech === "over" && !listener.busy() && !dialogue.live(),
    say: (key) => dialogue.say(notices.text(key), "notice"),
    now: () => performance.now(),
  });

  open = true;
  prefill.warmPast();
  tellSpeech();
  emit({ type: "rate", rate: manner.rate() });
  readiness.onOpen();
  if (options.resumed && options.resumed.returned !== true) dialogue.say(notices.text("resumed"), "notice");
  else if (ear && ears.place() === null) news.set("hearing", false);
  else if (persona.greeting !== undefined) dialogue.say(persona.greeting, "notice");

  return {
    id: options.id,
    frames: ring,
    hear,
    deafen() {
      if (ending.signal.aborted || !ear) return;
      hear({ samples: new Int16Array((MUTED_MS * HEARING_RATE) / 1000), sampleRate: HEARING_RATE });
      clock.deafen();
      listener.tick();
    },
    request(wanted) {
      if (!ending.signal.aborted) request(wanted);
    },
    lagMs: () => Math.max(0, hearingMs(clock.received() - listener.judged())),
    ...createLeaveTaking({
      dialogue,
      notices,
      isAsking: () => listener.busy(),
      signal: ending.signal,
      end,
    }),
    end,
    ended: ended.promise,
  };
}
