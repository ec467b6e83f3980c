import type { callEnds } from "../metrics/labels.ts";
import { createConversation } from "../turn/conversation.ts";
import type { CallDeps } from "./call-deps.ts";
import type { CallEnd } from "./call-events.ts";
import type { Call, CallOptions } from "./call.ts";
import { createCallLedger } from "./ledger/call-ledger.ts";
import { watchCamera } from "./camera/coach-watch.ts";
import { createRequests } from "./commands/requests.ts";
import { createDialogue, type Dialogue } from "./answering/dialogue.ts";
import { createLater } from "./answering/later.ts";
import { createCommands } from "./commands/do-command.ts";
import { earcon, type Earcon } from "./voice/earcons.ts";
import { createEmit } from "./emit.ts";
import { createHearing, type Hearing } from "./hearing/hearing.ts";
import { createInterruptions } from "./hearing/interruptions.ts";
import type { SpeechState } from "./hearing/listener.ts";
import { createPrefillAhead } from "./prefill/prefill-ahead.ts";
import { createLeaveTaking } from "./leave-taking.ts";
import { createManner } from "./manner.ts";
import { createNews } from "./voice/news.ts";
import type { CallNoticeKey } from "./voice/notices-text.ts";
import { createReadAloud } from "./hearing/read-aloud.ts";
import { createReadiness } from "./readiness.ts";
import { openStage, type Stage } from "./stage.ts";

/** Frames per second that are judged while somebody speaks, and otherwise. */
const RATE_SPEAKING = 5;
const RATE_QUIET = 2;

/** Starts a call: makes its parts, and joins them. */
export async function startCall(deps: CallDeps, options: CallOptions): Promise<Call> {
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
    onAdopted() {
      if (!ending.signal.aborted) options.onHistory?.(conversation.snapshot());
    },
  });
  const manner = createManner(deps);
  const readAloud = createReadAloud(() => performance.now());
  let stage: Stage;
  let dialogue: Dialogue;
  let speech: SpeechState = "over";
  let isHeard = true;
  let open = false;
  let closing = false;

  const emit = createEmit({
    onEvent: options.onEvent,
    readAloud,
    isRead: () => dialogue.voiceName() === null,
    signal: ending.signal,
    log: deps.log,
  });
  const tellSpeech = (): void =>
    emit({ type: "speech", ear: hearing.place()?.name ?? null, voice: dialogue.voiceName() });

  const tone = (name: Earcon): void => {
    if (!hearing.speaking()) stage.tone(earcon(name));
  };

  const hearing: Hearing = createHearing({
    ear,
    call: options.id,
    signal: ending.signal,
    endpointSilenceMs: deps.endpointSilenceMs,
    handlers: createInterruptions({
      deps,
      dialogue: () => dialogue,
      stage: () => stage,
      readAloud,
      doCommand: (command) => doCommand(command),
      endedAtMs: () => hearing.endedAtMs(),
      onSpeech(state) {
        speech = state;
        prefill.onSpeech(state);
        ring.setRate(state === "over" ? RATE_QUIET : RATE_SPEAKING);
        if (state === "speaking") deps.voice?.warm();
      },
    }),
    emit,
    onPlace(place) {
      if (!open) return;
      tellSpeech();
      setHeard(place !== null);
    },
    onSound(audio) {
      stage.hear(audio);
      readiness.onSound();
    },
  });
  stage = await openStage({
    speaker: options.speaker,
    vad: hearing.vad,
    listen: (audio) => hearing.listen(audio),
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
    takeHeardBy: () => hearing.takeHeardBy(),
    takeBefore() {
      const spokeAtMs = hearing.takeSpokeAtMs();
      const prefills = prefill.takeSpans().filter(({ toMs }) => toMs >= (spokeAtMs ?? Infinity));
      return { spokeAtMs, prefills };
    },
    speaking: () => hearing.speaking(),
    tone,
    emit,
    giveWay: () => prefill.giveWay(),
    onChosen: (frame) => prefill.chosen(frame),
    onPastChanged: () => prefill.warmPast(),
    onAsked: (asked) => later.asked(asked),
    onOwed: (asked, by) => later.owe(asked, by),
    onIdle: () => hearing.tick(),
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
    later.drop();
    dialogue.close();
    if (reason === "hung-up" || reason === "shutdown") tone("ended");
    emit({ type: "ended", reason });
    ending.abort();
    deps.metrics.callsEnded.inc({ reason: reason satisfies (typeof callEnds)[number] });
    hearing.close();
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
    heardBy: () => hearing.heardBy(),
    emit,
    tone,
    hangUp: () => void end("hung-up"),
    dropOwed: () => later.drop(),
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

  const request = createRequests({
    language: persona.language,
    dialogue,
    manner,
    doCommand,
    emit,
    forget: () => hearing.forget(),
  });

  const isIdle = (): boolean => speech === "over" && !hearing.busy() && !dialogue.live();
  const say = (key: CallNoticeKey): void => dialogue.say(notices.text(key), "notice");
  const news = createNews({ isIdle, say, now: () => performance.now() });
  const setHeard = (is: boolean): void => {
    if (isHeard && !is) deps.metrics.unheardCalls.inc();
    isHeard = is;
    news.set("hearing", is);
  };
  const later = createLater({
    engines: ports,
    isIdle,
    say,
    async ask(questions) {
      const endedAtMs = performance.now();
      if (!(await dialogue.tryOut(questions, endedAtMs)) || !isIdle()) return false;
      // Of what was heard of it the ledger knows already: now it comes as text.
      dialogue.ask(questions, { typed: true, endedAtMs, again: true });
      return true;
    },
  });

  open = true;
  deps.metrics.callsStarted.inc();
  prefill.warmPast();
  tellSpeech();
  emit({ type: "rate", rate: manner.rate(), by: "persona" });
  readiness.onOpen();
  const isDeaf = ear !== undefined && hearing.place() === null;
  if (options.resumed && options.resumed.returned !== true) dialogue.say(notices.text("resumed"), "notice");
  else if (!isDeaf && persona.greeting !== undefined) dialogue.say(persona.greeting, "notice");
  if (isDeaf) setHeard(false);

  return {
    id: options.id,
    frames: ring,
    hear: (audio) => hearing.hear(audio),
    deafen: () => hearing.deafen(),
    request(wanted) {
      if (!ending.signal.aborted) request(wanted);
    },
    lagMs: () => hearing.lagMs(),
    ...createLeaveTaking({
      dialogue,
      notices,
      isAsking: () => hearing.busy(),
      signal: ending.signal,
      end,
    }),
    end,
    ended: ended.promise,
  };
}
