import { setTimeout as wait } from "node:timers/promises";
import type { DatabaseConfig } from "../../../orchestrator/config.ts";
import { createLog } from "../../../orchestrator/log.ts";
import { openStore } from "../../../orchestrator/store/store.ts";
import { createAgent } from "../../../orchestrator/transports/livekit/agent.ts";
import { releaseRooms, runAgentProcess } from "../../../orchestrator/transports/livekit/agent-process.ts";
import type { LivekitAccess } from "../../../orchestrator/transports/livekit/tokens.ts";
import type { PastTurn } from "../../../orchestrator/turn/turn.ts";
import { createFakeCalls } from "./fake-call.ts";

// An agent process whose calls only play and record: each question becomes a turn of its history, and
// every call says at its start who serves it and what it remembers. `throw` is a fault nobody catches,
// `grow` takes memory.

const [name = "", settings = "{}"] = process.argv.slice(2);
const { access, dir, database, recycleMb, drainMs } = JSON.parse(settings) as {
  readonly access: LivekitAccess;
  readonly dir: string;
  readonly database?: DatabaseConfig;
  readonly recycleMb: number;
  readonly drainMs: number;
};
const log = createLog(process.env["TEST_LOG"] ?? "silent");
const store = await openStore({ dir, database, retentionDays: 30, log });
const calls = createFakeCalls({ drainMs: 1000 });
let residentMb = 90;
const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort());
const agent = createAgent({
  access,
  agent: { name: "sightline", maxCalls: 8, recycleMb },
  process: name,
  store: store.calls,
  log,
  gauge: {
    read: () => ({ lagMs: 0, loopLagMs: 0, stallMs: 0, loopUse: 0, machineUse: 0, ownUse: 0, residentMb }),
    close: () => {},
  },
  onRetire: () => process.send?.({ type: "retiring" }),
  async startCall(options) {
    const history: PastTurn[] = [...(options.resumed?.history ?? [])];
    const call = await calls.start(options);
    const past = history.map(({ question }) => question).join(", ");
    options.onEvent({ type: "hint", hint: null, text: `${process.pid} ${options.id} [${past}]` });
    return {
      ...call,
      request(request) {
        if (request.type !== "ask") return call.request(request);
        if (request.text === "throw") setTimeout(() => raise(), 0);
        if (request.text === "grow") residentMb = 100;
        history.push({ ...EMPTY, question: request.text });
        options.onHistory?.(history);
      },
    };
  },
});
const EMPTY: PastTurn = { question: "", answer: "", engine: "local", jpeg: null, clear: null, facts: "" };
const fault = new Promise<unknown>((resolve) => process.on("uncaughtException", resolve));
const code = await runAgentProcess({
  agent,
  log,
  fault,
  drainMs,
  signal: stopping.signal,
  line: {
    send: (word) => void process.send?.(word),
    onWord: (listener) => void process.on("message", listener),
    onLost: (listener) => void process.on("disconnect", listener),
  },
});
await store.close();
await Promise.race([releaseRooms(), wait(1000)]);
process.exit(code);

function raise(): never {
  throw new Error("a fault that nobody catches");
}
