import { internalError } from "./api-error.ts";
import type { ChatContext } from "./chat-route.ts";
import type { EventKind, EventOut } from "./event-out.ts";
import type { FaultName } from "./faults.ts";
import { type Chunks, DONE } from "./stream-events.ts";

const BINARY = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x80, 0xbf, 0xf5]);

/** Passes the events of a stream on, with the request's faults. `abort` ends the engine's work for it. */
export function createFaultOut(
  context: ChatContext,
  plain: EventOut,
  chunks: Chunks,
  abort: () => void,
): EventOut {
  const faults = context.faults ?? new Map<FaultName, number>();
  const { response } = context.raw;
  const state = { deltas: 0, over: false, once: false };
  let chain = Promise.resolve();

  const stop = (send: () => void): void => {
    state.over = true;
    abort();
    send();
  };
  const endWith = (event: string): void =>
    stop(() => {
      plain.send("error", event, "");
      plain.send("done", DONE, "");
      plain.end();
    });
  const actions: Partial<Record<FaultName, () => void>> = {
    "stall-after": () => stop(() => undefined),
    "reset-after": () => stop(() => void response.socket?.resetAndDestroy()),
    "cut-after": () => stop(() => void response.socket?.end()),
    "end-after": () => stop(() => plain.end()),
    "error-after": () => endWith(internalError().toEvent()),
    "abort-after": () => endWith(chunks.finish("", "abort", null, "", false)),
    "content-filter": () => endWith(chunks.finish("", "content_filter", null, "", false)),
    "engine-dead-after": () => {
      state.once = true;
      context.lifecycle.kill();
    },
    "bad-json-after": () => {
      state.once = true;
      plain.send("error", 'data: {"id":"chatcmpl-broken","choices":[{"index":0,"delta":{"con\n\n', "");
    },
    "binary-after": () => {
      state.once = true;
      if (!response.destroyed) response.write(BINARY);
    },
  };
  const armed = Object.entries(actions).filter(([name]) => faults.has(name as FaultName));

  const trigger = (kind: EventKind): void => {
    if (kind === "role" || kind === "error" || state.once) return;
    for (const [name, act] of armed)
      if (kind !== "delta" || state.deltas >= (faults.get(name as FaultName) ?? 0)) act();
  };
  const apply = async (kind: EventKind, event: string, text: string): Promise<void> => {
    if (state.over) return;
    const waitMs = kind === "role" ? faults.get("slow-first") : text === "" ? undefined : faults.get("drip");
    if (waitMs !== undefined) await new Promise((resolve) => void setTimeout(resolve, waitMs));
    trigger(kind);
    // oxlint-disable-next-line typescript/no-unnecessary-condition -- a fault above may have ended the stream
    if (state.over || (kind === "done" && faults.has("no-done"))) return;
    if (text !== "") state.deltas += 1;
    if (!faults.has("refusal") || text === "") return plain.send(kind, event, text);
    plain.send("delta", chunks.refusal(text), text);
    if (kind === "finish") plain.send("finish", chunks.finish("", "stop", null, "", false), "");
  };
  return {
    send: (kind, event, text) => void (chain = chain.then(() => apply(kind, event, text))),
    end: () =>
      void (chain = chain.then(() => {
        if (!state.over) plain.end();
      })),
  };
}
