import type { CallEvent, TurnTimes } from "../orchestrator/session/call-events.ts";

/** Topic of the data messages that tell what happens in a call. */
export const EVENT_TOPIC = "sightline.event";
/** Topic of the data messages that ask for something. */
export const REQUEST_TOPIC = "sightline.request";

type Fields = Readonly<Record<string, unknown>>;

/** Reads an event; undefined for what this page does not know, so that a newer server does not break it. */
export function toCallEvent(payload: Uint8Array): CallEvent | undefined {
  const fields = toFields(payload);
  const { type, turn, text } = fields;
  switch (type) {
    case "state": {
      const { state } = fields;
      const isState = state === "listening" || state === "thinking" || state === "speaking";
      return isState ? { type, state } : undefined;
    }
    case "heard": {
      const { segment, final } = fields;
      if (typeof segment !== "string" || typeof text !== "string") return undefined;
      return { type, segment, text, final: final === true };
    }
    case "caption":
    case "spoken":
      return typeof turn === "string" && typeof text === "string" ? { type, turn, text } : undefined;
    case "answer-end":
      if (typeof turn !== "string" || typeof text !== "string") return undefined;
      return { type, turn, text, interrupted: fields["interrupted"] === true };
    case "turn":
    case "hint":
    case "speech":
    case "rate":
    case "text-only":
    case "ended":
      return toReport(type, fields);
    default:
      return undefined;
  }
}

function toReport(
  type: "turn" | "hint" | "speech" | "rate" | "text-only" | "ended",
  fields: Fields,
): CallEvent | undefined {
  const { turn, engine, reason, rate, hint, text } = fields;
  switch (type) {
    case "turn":
      if (typeof turn !== "string") return undefined;
      return {
        type,
        turn,
        engine: toText(engine),
        reason: toText(reason),
        times: toTimes(fields["times"]),
      } as CallEvent;
    case "hint":
      return { type, hint: hint ?? null, text: toText(text) } as CallEvent;
    case "speech":
      return { type, ear: toName(fields["ear"]), voice: toName(fields["voice"]) };
    case "rate":
      if (typeof rate !== "number" || !(rate > 0)) return undefined;
      return { type, rate, by: fields["by"] === "caller" ? "caller" : "persona" };
    case "text-only":
      return { type, on: fields["on"] === true };
    case "ended":
      return { type, reason: toText(reason) } as CallEvent;
  }
}

function toFields(payload: Uint8Array): Fields {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof value === "object" && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function toName(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function toTimes(value: unknown): TurnTimes {
  const times = (typeof value === "object" && value !== null ? value : {}) as Fields;
  const read = (name: keyof TurnTimes) => {
    const time = times[name];
    return typeof time === "number" && Number.isFinite(time) ? time : null;
  };
  return {
    silenceMs: read("silenceMs"),
    routeMs: read("routeMs"),
    ttftMs: read("ttftMs"),
    firstAudioMs: read("firstAudioMs"),
  };
}
