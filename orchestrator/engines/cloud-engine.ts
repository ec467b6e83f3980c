import { EngineError } from "../errors.ts";
import { ClearPicture } from "../turn/clear-picture.ts";
import type { Jpeg } from "../turn/turn.ts";
import { type ChatEngine, type ChatEngineOptions, createChatEngine } from "./chat-engine.ts";

/** Creates the cloud engine. Nothing but the bytes that the gate judged clear can become part of a request. */
export function createCloudEngine(
  options: Omit<ChatEngineOptions<ClearPicture>, "name" | "toJpeg">,
): ChatEngine<ClearPicture> {
  return createChatEngine<ClearPicture>({ ...options, name: "cloud", toJpeg: toClearJpeg });
}

/** What the types promise, checked once more where the bytes leave. */
function toClearJpeg(picture: ClearPicture): Jpeg {
  if (picture instanceof ClearPicture) return picture.jpeg;
  throw new EngineError("cloud", "invalid-request", "not-clear", {
    message: "cloud engine: a picture without a clear verdict was kept back",
  });
}
