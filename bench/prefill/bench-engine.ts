import type { ChatEngine } from "../../orchestrator/engines/chat-engine.ts";
import { createLocalEngine } from "../../orchestrator/engines/local-engine.ts";
import type { Jpeg } from "../../orchestrator/turn/turn.ts";
import { busyFrame } from "../../test/orchestrator/vision/pictures.ts";

/** Our client of an engine at a base address without `/v1`, with limits that a benchmark does not meet. */
export function benchEngine(
  url: string,
  options: {
    /** False: no ids, no cache of the conversation's own, every picture as bytes each time. */
    readonly vllm: boolean;
    readonly apiKey?: string | undefined;
  },
): ChatEngine<Jpeg> {
  return createLocalEngine({
    config: {
      url: `${url}/v1`,
      model: undefined,
      apiKey: options.apiKey,
      kind: options.vllm ? "vllm" : "openai",
      firstTokenMs: 60_000,
      gapMs: 30_000,
      totalMs: 120_000,
    },
    secretKey: "s".repeat(32),
  });
}

/** So many pictures of noise, as the camera's are sent: of 640×480 by default. */
export async function takePictures(
  count: number,
  { width = 640, height = 480 } = {},
): Promise<readonly Jpeg[]> {
  const all: Jpeg[] = [];
  for (let seed = 1; seed <= count; seed++) {
    all.push(await (await busyFrame({ width, height, source: "camera", seed })).detailed());
  }
  return all;
}
