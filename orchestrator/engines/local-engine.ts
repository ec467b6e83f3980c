import type { Jpeg } from "../turn/turn.ts";
import { type ChatEngine, type ChatEngineOptions, createChatEngine } from "./chat-engine.ts";

/** Creates the self-hosted engine, which may see every picture. */
export function createLocalEngine(
  options: Omit<ChatEngineOptions<Jpeg>, "name" | "toJpeg">,
): ChatEngine<Jpeg> {
  return createChatEngine<Jpeg>({ ...options, name: "local", toJpeg: (jpeg) => jpeg });
}
