import { createMetrics } from "../../../orchestrator/metrics/metrics.ts";
import { createLog } from "../../../orchestrator/log.ts";
import type { CallDeps } from "../../../orchestrator/session/call-deps.ts";
import type { CallEvent } from "../../../orchestrator/session/call-events.ts";
import type { Call, CallOptions } from "../../../orchestrator/session/call.ts";
import { loadNotices } from "../../../orchestrator/session/voice/notices.ts";
import { readPersona } from "../../../orchestrator/session/persona.ts";
import { createCalls } from "../../../orchestrator/session/calls.ts";
import type { LedgerEntry } from "../../../orchestrator/store/ledger.ts";
import type { PastTurn } from "../../../orchestrator/turn/turn.ts";
import { createFrameRing } from "../../../orchestrator/vision/ring.ts";
import { engineOf, gateOf, settingsOf, verdictOf, type FakeEngine, type Script } from "../turn.ts";
import { startCaller, type FakeCaller } from "./caller.ts";
import { createFakeEar, type FakeEar } from "./ear.ts";
import { createRoom, type Room } from "./room.ts";
import { createFakeSpeaker, type FakeSpeaker } from "./speaker.ts";
import { createFakeVoice, type FakeVoice } from "./voice.ts";

/** The first call of a process finds it warm, as a caller does. */
let warmed: Promise<void> | undefined;

/** A call with fakes at every end, and all that came out of it. */
export interface TestCall {
  readonly call: Call;
  readonly caller: FakeCaller;
  readonly ear: FakeEar;
  readonly voice: FakeVoice;
  readonly speaker: FakeSpeaker;
  readonly engine: FakeEngine<unknown>;
  readonly events: readonly CallEvent[];
  readonly history: () => readonly PastTurn[];
  readonly ledger: readonly LedgerEntry[];
  readonly deps: CallDeps;
  /** The next event of a type, from now on or among those not waited for yet. */
  readonly next: <Type extends CallEvent["type"]>(
    type: Type,
    timeoutMs?: number,
  ) => Promise<Extract<CallEvent, { type: Type }>>;
  /** Resolves when nothing has happened for so long; what has happened is not waited for any more. */
  readonly quiet: (ms: number) => Promise<void>;
  close(): Promise<void>;
}

export async function startTestCall(
  script: string | Script,
  options: {
    readonly deps?: Partial<CallDeps>;
    readonly call?: Partial<CallOptions>;
    readonly voice?: FakeVoice;
    readonly deaf?: boolean;
    readonly frame?: number | undefined;
    /** Where the caller is. Default: a quiet room. */
    readonly room?: Room | undefined;
    /** Of the caller's line. */
    readonly jitterMs?: number | undefined;
  } = {},
): Promise<TestCall> {
  const ear = createFakeEar();
  const voice = options.voice ?? createFakeVoice();
  const speaker = createFakeSpeaker();
  const engine = engineOf<unknown>(script);
  const events: CallEvent[] = [];
  const ledger: LedgerEntry[] = [];
  let history: readonly PastTurn[] = [];
  let read = 0;
  let wake = Promise.withResolvers<void>();
  const gate = gateOf((frame) => verdictOf(frame));
  const deps: CallDeps = {
    settings: settingsOf({ policy: "local-only", camera: false }),
    persona: { ...readPersona(undefined), greeting: undefined },
    notices: loadNotices({ dir: "no-such-folder", language: "en" }),
    createRing: () => createFrameRing({ gate }),
    ports: (camera) => ({ camera, gate: camera.gate, local: engine, cloud: undefined, describer: engine }),
    contextTokens: 8000,
    localPictures: 24,
    endpointSilenceMs: 500,
    ear: options.deaf ? undefined : ear,
    voice,
    ledger: {
      add: (entry) => void ledger.push(entry),
      ofCaller: async () => ledger.toReversed(),
      close: async () => {},
    },
    places: {},
    relay: undefined,
    metrics: createMetrics(),
    tracer: undefined,
    log: createLog("silent"),
    ...options.deps,
  };
  const calls = createCalls(deps);
  await (warmed ??= calls.warm());
  const call = await calls.start({
    id: "call",
    caller: "caller",
    transport: "livekit",
    speaker,
    onEvent(event) {
      events.push(event);
      const { resolve } = wake;
      wake = Promise.withResolvers();
      resolve();
    },
    onHistory: (turns) => {
      history = turns;
    },
    ...options.call,
  });
  const { frame, jitterMs } = options;
  const caller = startCaller(call, ear, { frame, jitterMs, room: await createRoom(options.room) });
  return {
    call,
    caller,
    ear,
    voice,
    speaker,
    engine,
    events,
    ledger,
    deps,
    history: () => history,
    async next(type, timeoutMs = 6000) {
      const untilMs = performance.now() + timeoutMs;
      while (true) {
        const at = events.findIndex((event, index) => index >= read && event.type === type);
        if (at >= 0) {
          read = at + 1;
          return events[at] as never;
        }
        const leftMs = untilMs - performance.now();
        if (leftMs <= 0) throw new Error(`no ${type} among ${JSON.stringify(events.slice(read))}`);
        let timer: NodeJS.Timeout | undefined;
        await Promise.race([wake.promise, new Promise((resolve) => (timer = setTimeout(resolve, leftMs)))]);
        clearTimeout(timer);
      }
    },
    async quiet(ms) {
      for (let seen = -1; seen !== events.length;) {
        seen = events.length;
        await new Promise((resolve) => setTimeout(resolve, ms));
      }
      read = events.length;
    },
    async close() {
      caller.close();
      await call.end("left");
    },
  };
}
