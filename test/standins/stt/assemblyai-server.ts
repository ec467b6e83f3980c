import type { TimedWord } from "../speech/synthesise.ts";
import {
  startSocketServer,
  type Line,
  type Protocol,
  type SttServer,
  type SttServerOptions,
} from "./socket-server.ts";
import { createUtterances } from "./utterances.ts";

/** Starts a server that speaks AssemblyAI's streaming API v3 (`/v3/ws`). */
export function startAssemblyaiServer(options: SttServerOptions = {}): Promise<SttServer> {
  return startSocketServer(
    {
      path: "/v3/ws",
      isAllowed: (headers, apiKey) => headers.authorization === apiKey,
      refusal: {
        type: "Error",
        error_code: 1008,
        error: "Unauthorized Connection: Missing or invalid API key",
      },
      open,
    },
    options,
  );
}

function open(line: Line, finalMs: number): Protocol {
  const isFormatted = line.query.get("format_turns") === "true";
  let order = 0;
  const send = (words: readonly TimedWord[], isEnd: boolean, formatted: boolean): void => {
    const settled = isEnd ? words : words.slice(0, -1);
    line.send({
      type: "Turn",
      turn_order: order,
      turn_is_formatted: formatted,
      end_of_turn: isEnd,
      end_of_turn_confidence: isEnd ? 0.9 : 0.1,
      transcript: settled.map(({ text }) => text).join(" "),
      utterance: isEnd ? words.map(({ text }) => text).join(" ") : "",
      words: words.map((word, index) => ({
        text: word.text,
        start: Math.round(word.startMs),
        end: Math.round(word.endMs),
        confidence: 0.9,
        word_is_final: index < settled.length,
      })),
    });
  };
  const utterances = createUtterances({
    reader: line.reader,
    finalMs,
    natural: true,
    onInterim(words) {
      if (words.length > 0) send(words, false, false);
    },
    onFinal(words) {
      if (words.length === 0) return;
      send(words, true, false);
      if (isFormatted) send(words, true, true);
      order += 1;
    },
  });
  line.send({ type: "Begin", id: "00000000-0000-4000-8000-000000000000", expires_at: 4_000_000_000 });

  return {
    onAudio(samples) {
      if (samples.length < 800 || samples.length > 16_000) {
        line.send({ type: "Error", error_code: 3007, error: "Input Duration Error" });
        line.close(3007);
      } else utterances.push(samples);
    },
    onMessage({ type }) {
      if (type === "ForceEndpoint") utterances.finalise();
      if (type !== "Terminate") return;
      line.send({
        type: "Termination",
        audio_duration_seconds: utterances.receivedMs / 1000,
        session_duration_seconds: utterances.receivedMs / 1000,
      });
      line.close(1000);
    },
    onClose: () => utterances.close(),
  };
}
