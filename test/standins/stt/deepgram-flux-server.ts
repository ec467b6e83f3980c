import type { TimedWord } from "../speech/synthesise.ts";
import {
  startSocketServer,
  type Line,
  type Protocol,
  type SttServer,
  type SttServerOptions,
} from "./socket-server.ts";
import { createUtterances } from "./utterances.ts";

export interface FluxServerOptions extends SttServerOptions {
  /** Its release does not know `ForceEndTurn`. */
  readonly older?: boolean;
}

/** Starts a server that speaks Deepgram's Flux (`/v2/listen`). */
export function startDeepgramFluxServer(options: FluxServerOptions = {}): Promise<SttServer> {
  return startSocketServer(
    {
      path: "/v2/listen",
      isAllowed: (headers, apiKey) => headers.authorization === `Token ${apiKey}`,
      open: (line, finalMs) => open(line, finalMs, options.older ?? false),
    },
    options,
  );
}

function open(line: Line, finalMs: number, older: boolean): Protocol {
  let sequence = 0;
  let turn = 0;
  let startMs = 0;
  let isSpeaking = false;
  const send = (event: string, words: readonly TimedWord[], endMs: number): void => {
    line.send({
      type: "TurnInfo",
      request_id: "00000000-0000-4000-8000-000000000000",
      sequence_id: sequence++,
      event,
      turn_index: turn,
      audio_window_start: startMs / 1000,
      audio_window_end: endMs / 1000,
      transcript: words.map(({ text }) => text).join(" "),
      words: words.map(({ text }) => ({ word: text, confidence: 0.95 })),
      end_of_turn_confidence: event === "EndOfTurn" ? 0.9 : 0.1,
    });
  };
  const utterances = createUtterances({
    reader: line.reader,
    finalMs,
    natural: true,
    onInterim(words) {
      const isStart = words.length > 0 && !isSpeaking;
      if (isStart) isSpeaking = true;
      send(isStart ? "StartOfTurn" : "Update", words, utterances.receivedMs);
    },
    onFinal(words, endMs) {
      if (words.length === 0) return;
      send("EndOfTurn", words, endMs);
      turn += 1;
      startMs = endMs;
      isSpeaking = false;
    },
  });
  line.send({ type: "Connected", request_id: "", sequence_id: sequence++ });

  return {
    onAudio: (samples) => utterances.push(samples),
    onMessage({ type }) {
      if (type === "ForceEndTurn" && !older) return utterances.finalise();
      if (type === "CloseStream") return line.close(1000);
      line.send({ type: "Error", code: "UNPARSABLE_CLIENT_MESSAGE", description: "unknown message" });
      line.close(1008);
    },
    onClose: () => utterances.close(),
  };
}
