import { setTimeout as wait } from "node:timers/promises";
import { afterEach } from "vitest";
import { createLog } from "../../../../orchestrator/log.ts";
import type { StoredCall } from "../../../../orchestrator/store/calls.ts";
import type { AgentWord, SupervisorWord } from "../../../../orchestrator/transports/livekit/agent-words.ts";
import { createSupervisor, type Supervisor } from "../../../../orchestrator/transports/livekit/supervisor.ts";
import { createMemoryStore } from "../../../e2e/livekit/memory-store.ts";

/** A process that does what the test says. */
export interface FakeChild {
  readonly name: string;
  readonly words: SupervisorWord[];
  say(word: AgentWord): void;
  end(how: string): void;
}

/** A supervisor of such processes, and what came of it. */
export interface Supervised {
  readonly supervisor: Supervisor;
  readonly children: readonly FakeChild[];
  readonly startedAtMs: readonly number[];
  /** Processes that ended: whether they crashed. */
  readonly gone: readonly boolean[];
  readonly handedOver: readonly StoredCall[];
  readonly lostCalls: () => number;
}

export interface SupervisedOptions {
  readonly onWord?: (child: FakeChild, word: SupervisorWord, all: readonly FakeChild[]) => void;
  /** What comes of handing a call over; default: an agent takes it. */
  readonly handsOver?: (signal: AbortSignal) => Promise<boolean>;
}

const timing = {
  settledMs: 1000,
  backoffMs: 20,
  maxBackoffMs: 200,
  takeUpMs: 100,
  orphanMs: 2000,
  endMs: 200,
};
export const store = createMemoryStore();
let running: Supervised | undefined;

afterEach(async () => {
  const ended = running?.supervisor.end();
  for (const child of running?.children ?? []) child.end("exit 0");
  await ended;
  store.calls.clear();
});

export function start(processes: number, options: SupervisedOptions = {}): Supervised {
  const { onWord, handsOver = async () => true } = options;
  const children: FakeChild[] = [];
  const startedAtMs: number[] = [];
  const gone: boolean[] = [];
  const handedOver: StoredCall[] = [];
  let lostCalls = 0;
  const supervisor = createSupervisor({
    processes,
    store,
    log: createLog("silent"),
    timing,
    onGone: (_, crashed) => gone.push(crashed),
    onCallLost: () => lostCalls++,
    async handOver(call, signal) {
      await wait(20);
      handedOver.push(call);
      return handsOver(signal);
    },
    start(name, say) {
      const ended = Promise.withResolvers<string>();
      const child: FakeChild = { name, words: [], say, end: (how) => ended.resolve(how) };
      children.push(child);
      startedAtMs.push(performance.now());
      return {
        ended: ended.promise,
        send(word) {
          child.words.push(word);
          onWord?.(child, word, children);
        },
        kill: () => child.end("SIGKILL"),
      };
    },
  });
  running = { supervisor, children, startedAtMs, gone, handedOver, lostCalls: () => lostCalls };
  return running;
}

/** Stores a call that this process serves. */
export function keep(id: string, process: string): StoredCall {
  const call = { id, room: `room-${id}`, caller: "anna", agent: "agent-1", process, history: [] };
  store.save(call, store.calls.get(id)?.process);
  return call;
}

export const takesUp = (child: FakeChild, word: SupervisorWord): void => {
  if (word.type === "take-up") child.say({ type: "taken-up", call: word.call.id, done: true });
};
