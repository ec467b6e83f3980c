import { EngineError } from "../errors.ts";
import { ClearPicture } from "../turn/clear-picture.ts";
import type { Jpeg } from "../turn/turn.ts";
import { type ChatEngine, type ChatEngineOptions, createChatEngine } from "./chat-engine.ts";
import { picturesIn } from "./sent-pictures.ts";

export interface CloudEngineOptions extends Omit<
  ChatEngineOptions<ClearPicture>,
  "name" | "toJpeg" | "onSend"
> {
  /** Told the sha256 (hex) of every picture in a request as it is written to the cloud's connection. */
  readonly onPictureSent: (sha256: string) => void;
}

/** Creates the cloud engine. Nothing but the bytes that the gate judged clear can become part of a request. */
export function createCloudEngine({
  onPictureSent,
  ...options
}: CloudEngineOptions): ChatEngine<ClearPicture> {
  return createChatEngine<ClearPicture>({
    ...options,
    name: "cloud",
    toJpeg: toClearJpeg,
    onSend: (body) => picturesIn(body).forEach((sha256) => onPictureSent(sha256)),
  });
}

/** What the types promise, checked once more where the bytes leave. */
function toClearJpeg(picture: ClearPicture): Jpeg {
  if (picture instanceof ClearPicture) return picture.jpeg;
  throw new EngineError("cloud", "invalid-request", "not-clear", {
    message: "cloud engine: a picture without a clear verdict was kept back",
  });
}
