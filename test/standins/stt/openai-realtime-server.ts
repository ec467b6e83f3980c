import { createResampler } from "../../../orchestrator/lib/resample.ts";
import {
  startSocketServer,
  toSamples,
  type Line,
  type Protocol,
  type SttServer,
  type SttServerOptions,
} from "./socket-server.ts";
import { createUtterances } from "./utterances.ts";

/** Starts a server that transcribes over OpenAI's realtime API (`/v1/realtime?intent=transcription`). */
export function startOpenaiRealtimeServer(options: SttServerOptions = {}): Promise<SttServer> {
  return startSocketServer(
    {
      path: "/v1/realtime",
      isAllowed: (headers, apiKey) => headers.authorization === `Bearer ${apiKey}`,
      createDecoder: () => {
        const resampler = createResampler(24_000, 16_000);
        return ({ type, audio }) =>
          type === "input_audio_buffer.append" && typeof audio === "string"
            ? resampler.push(toSamples(Buffer.from(audio, "base64")))
            : undefined;
      },
      open,
    },
    options,
  );
}

const TRANSCRIPTION = "conversation.item.input_audio_transcription";

function open(line: Line, finalMs: number): Protocol {
  let items = 0;
  let eventId = 0;
  let bufferedMs = 0;
  const pending: string[] = [];
  const send = (message: object): void => line.send({ event_id: `event_${eventId++}`, ...message });
  const utterances = createUtterances({
    reader: line.reader,
    finalMs,
    natural: false,
    onInterim: () => {},
    onFinal(words) {
      const transcript = words.map(({ text }) => text).join(" ");
      for (const [index, item_id] of pending.splice(0).entries()) {
        const told = index === 0 ? transcript : "";
        if (told !== "") send({ type: `${TRANSCRIPTION}.delta`, item_id, content_index: 0, delta: told });
        send({ type: `${TRANSCRIPTION}.completed`, item_id, content_index: 0, transcript: told });
      }
    },
  });
  const fail = (code: string): void =>
    send({ type: "error", error: { type: "invalid_request_error", code, message: code, param: null } });
  const session = { object: "realtime.session", type: "transcription" };
  send({ type: "session.created", session });

  return {
    onAudio(samples) {
      bufferedMs += samples.length / 16;
      utterances.push(samples);
    },
    onMessage(message) {
      if (message["type"] === "session.update") {
        const { type, audio } = (message["session"] ?? {}) as { type?: string; audio?: SessionAudio };
        if (type !== "transcription" || audio?.input.format.rate !== 24_000) fail("invalid_session");
        else send({ type: "session.updated", session: { ...session, audio } });
      } else if (message["type"] !== "input_audio_buffer.commit") fail("unknown_event_type");
      else if (bufferedMs < 100) fail("input_audio_buffer_commit_empty");
      else {
        const item_id = `item_${items++}`;
        pending.push(item_id);
        bufferedMs = 0;
        send({ type: "input_audio_buffer.committed", item_id, previous_item_id: null });
        utterances.finalise();
      }
    },
    onClose: () => utterances.close(),
  };
}

interface SessionAudio {
  readonly input: { readonly format: { readonly rate: number } };
}
