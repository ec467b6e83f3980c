import type { ClearPicture } from "../../turn/clear-picture.ts";
import type { Engine, Ports } from "../../turn/ports.ts";
import type { EngineName, Jpeg, Message, Prompt, Sighting } from "../../turn/turn.ts";

/** A request to an engine, whether or not its answer was used. */
export interface Asked {
  readonly engine: EngineName;
  /** sha256 of the turn's own picture, as this engine got it; null: none. */
  readonly sha256: string | null;
}

/** The same ports; every request to an engine is told, so that the ledger knows what left. */
export function witnessed(ports: Ports, onAsked: (asked: Asked) => void): Ports {
  return {
    ...ports,
    local: ports.local && watch("local", ports.local, (jpeg: Jpeg) => jpeg.sha256, onAsked),
    cloud:
      ports.cloud && watch("cloud", ports.cloud, (picture: ClearPicture) => picture.jpeg.sha256, onAsked),
    describer: watch("describer", ports.describer, ({ verdict }: Sighting) => verdict.sha256, onAsked),
  };
}

function watch<Picture>(
  name: EngineName,
  engine: Engine<Picture>,
  toSha256: (picture: Picture) => string,
  onAsked: (asked: Asked) => void,
): Engine<Picture> {
  return {
    available: () => engine.available(),
    ...(engine.state && { state: engine.state.bind(engine) }),
    answer(prompt, ctx) {
      const picture = ownPicture(prompt);
      onAsked({ engine: name, sha256: picture === undefined ? null : toSha256(picture) });
      return engine.answer(prompt, ctx);
    },
  };
}

/** Of the question itself; pictures of earlier turns have their own record. */
function ownPicture<Picture>({ messages }: Prompt<Picture>): Picture | undefined {
  const last: Message<Picture> | undefined = messages.at(-1);
  if (last?.role !== "user") return undefined;
  return last.parts.findLast((part) => part.type === "picture")?.picture;
}
