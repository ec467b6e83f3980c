import type { TimedWord } from "../speech/synthesise.ts";
import {
  startSocketServer,
  type Line,
  type Protocol,
  type SttServer,
  type SttServerOptions,
} from "./socket-server.ts";
import { createUtterances } from "./utterances.ts";

/** Starts a server that speaks Deepgram's streaming API v1 (`/v1/listen`). */
export function startDeepgramServer(options: SttServerOptions = {}): Promise<SttServer> {
  return startSocketServer(
    {
      path: "/v1/listen",
      isAllowed: (headers, apiKey) => headers.authorization === `Token ${apiKey}`,
      open,
    },
    options,
  );
}

/** Closes a stream that gets neither audio nor a keep-alive for that long, in milliseconds. */
const IDLE_MS = 10_000;

function open(line: Line, finalMs: number): Protocol {
  let toldMs = 0;
  const results = (
    words: readonly TimedWord[],
    endMs: number,
    flags: { readonly is_final: boolean; readonly speech_final: boolean; readonly from_finalize: boolean },
  ): void => {
    line.send({
      type: "Results",
      channel_index: [0, 1],
      start: toldMs / 1000,
      duration: (endMs - toldMs) / 1000,
      ...flags,
      channel: {
        alternatives: [
          {
            transcript: words.map(({ text }) => text).join(" "),
            confidence: words.length > 0 ? 0.98 : 0,
            words: words.map((word) => ({
              word: word.text,
              start: word.startMs / 1000,
              end: word.endMs / 1000,
              confidence: 0.98,
              punctuated_word: word.text,
            })),
          },
        ],
      },
      metadata: { request_id: "00000000-0000-4000-8000-000000000000", model_info: {}, model_uuid: "" },
    });
  };
  const utterances = createUtterances({
    reader: line.reader,
    finalMs,
    natural: true,
    onInterim: (words) =>
      results(words, utterances.receivedMs, { is_final: false, speech_final: false, from_finalize: false }),
    onFinal(words, endMs, asked) {
      results(words, endMs, { is_final: true, speech_final: !asked, from_finalize: asked });
      toldMs = endMs;
    },
  });
  let idle: NodeJS.Timeout | undefined;
  const heardFrom = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => line.close(1011), IDLE_MS);
  };
  heardFrom();

  return {
    onAudio(samples) {
      heardFrom();
      utterances.push(samples);
    },
    onMessage({ type }) {
      heardFrom();
      if (type === "Finalize") utterances.finalise();
      if (type !== "CloseStream") return;
      line.send({
        type: "Metadata",
        request_id: "",
        sha256: "",
        duration: utterances.receivedMs / 1000,
        channels: 1,
      });
      line.close(1000);
    },
    onClose() {
      clearTimeout(idle);
      utterances.close();
    },
  };
}
