// Writes inference/vllm/warm_up.json, what the engine's warm-up asks, from the orchestrator's own source.
import { writeFileSync } from "node:fs";
import { variables } from "../orchestrator/environment.ts";
import { toCanaryBody } from "../orchestrator/engines/request-body.ts";
import { PICTURE_NOTE, systemPrompt } from "../orchestrator/turn/system-prompt.ts";
import { fitDetailed } from "../orchestrator/vision/sizes.ts";

/** What cameras of phones and laptops give; and a solid colour for each, with the word for it. */
const PICTURES = [
  { colour: "red", rgb: "e60000", camera: { width: 1280, height: 720 } },
  { colour: "green", rgb: "00a000", camera: { width: 720, height: 1280 } },
  { colour: "blue", rgb: "0000e6", camera: { width: 1024, height: 768 } },
  { colour: "red", rgb: "e60000", camera: { width: 640, height: 480 } },
] as const;

/** The file's text. */
export function warmUpFile(): string {
  const asked = {
    system: systemPrompt(variables.CAMERA_FOV_DEG.schema.parse(undefined)),
    greeting: "Say hello.",
    note: PICTURE_NOTE,
    question: "What colour is this picture? Answer with one word.",
    again: "And what colour is this picture? Answer with one word.",
    pictures: PICTURES.map(({ colour, rgb, camera }) => ({ colour, rgb, ...fitDetailed(camera) })),
    maxTokens: 16,
    /** Beyond it a call does not wait for the engine. */
    firstTokenMs: variables.LOCAL_FIRST_TOKEN_MS.schema.parse(undefined),
    canary: toCanaryBody("", undefined),
  };
  return `${JSON.stringify(asked, null, 2)}\n`;
}

if (import.meta.main) {
  writeFileSync(new URL("../inference/vllm/warm_up.json", import.meta.url), warmUpFile());
}
