import type { Room, TextStreamWriter } from "@livekit/rtc-node";
import type { CallEvent } from "../../session/call-events.ts";
import type { SendQueue } from "./send-queue.ts";

/** Where LiveKit's own clients look for what was said. */
const TOPIC = "lk.transcription";
const SEGMENT = "lk.segment_id";
const FINAL = "lk.transcription_final";
const TRACK = "lk.transcribed_track_id";

export interface TranscriptionOptions {
  room(): Room | undefined;
  readonly caller: string;
  /** Sid of the caller's microphone. */
  callerTrack(): string | undefined;
  /** Sid of the agent's voice. */
  agentTrack(): string | undefined;
  readonly queue: SendQueue;
}

/** The answer that is being told. */
interface Segment {
  readonly id: string;
  told: string;
  writer: TextStreamWriter | undefined;
}

/**
 * Says the caller's words and the agent's as LiveKit's text streams: the caller's anew with every
 * revision, the agent's piece by piece as they sound, or as they are generated when there is no voice.
 */
export function createTranscription(options: TranscriptionOptions): (event: CallEvent) => void {
  const { queue, caller } = options;
  let segment: Segment | undefined;
  let hasVoice = true;
  let textOnly = false;

  const open = (sender: string | undefined, id: string, track: string | undefined, final: boolean) =>
    options.room()?.localParticipant?.streamText({
      topic: TOPIC,
      attributes: { [SEGMENT]: id, [FINAL]: String(final), ...(track && { [TRACK]: track }) },
      ...(sender !== undefined && { senderIdentity: sender }),
    });

  const tellHeard = ({ segment: id, text, final }: CallEvent & { readonly type: "heard" }): void =>
    queue.add(async () => {
      const writer = await open(caller, id, options.callerTrack(), final);
      await writer?.write(text);
      await writer?.close();
    }, `heard ${id}`);

  const tell = (turn: string, text: string): void => {
    if (segment?.id !== turn) {
      end();
      segment = { id: turn, told: "", writer: undefined };
    }
    const into = segment;
    into.told += text;
    queue.add(async () => {
      into.writer ??= await open(undefined, turn, options.agentTrack(), false);
      await into.writer?.write(text);
    });
  };

  const end = (): void => {
    const ended = segment;
    segment = undefined;
    if (ended) queue.add(async () => ended.writer?.close());
  };

  return (event) => {
    switch (event.type) {
      case "heard":
        tellHeard(event);
        break;
      case "spoken":
        if (hasVoice && !textOnly) tell(event.turn, event.text);
        break;
      case "caption":
        if (!hasVoice || textOnly) tell(event.turn, event.text);
        break;
      case "answer-end":
        if (segment?.id !== event.turn && event.text !== "") tell(event.turn, event.text);
        if (segment?.id === event.turn) end();
        break;
      case "speech":
        hasVoice = event.voice !== null;
        break;
      case "text-only":
        textOnly = event.on;
        break;
      case "state":
      case "turn":
      case "hint":
      case "rate":
      case "ended":
        break;
    }
  };
}
