import type { Room } from "@livekit/rtc-node";
import { within } from "../../lib/within.ts";
import type { Logger } from "../../log.ts";
import type { CallEvent } from "../../session/call-events.ts";
import { createSendQueue } from "./send-queue.ts";
import { AGENT_STATE_ATTRIBUTE } from "./tokens.ts";
import { createTranscription, type TranscriptionOptions } from "./transcription.ts";

/** Topic of the call's events. */
const EVENT_TOPIC = "sightline.event";
/** What a caller who is already gone is waited for. */
const FLUSH_MS = 500;

export interface CallerLine {
  tell(event: CallEvent): void;
  /** Sends what waits, as far as that goes quickly, and ends. */
  close(): Promise<void>;
}

/** Tells a caller's device about the call: our own events, LiveKit's transcriptions, the agent's state. */
export function createCallerLine(
  options: Omit<TranscriptionOptions, "queue"> & { readonly log: Logger },
): CallerLine {
  const drop = (): void => options.log.warn("event dropped: the caller takes none");
  // Two queues: a transcription takes three round trips, and an event must not wait for it.
  const events = createSendQueue(drop);
  const streams = createSendQueue(drop);
  const transcribe = createTranscription({ ...options, queue: streams });
  return {
    tell(event) {
      const bytes = new TextEncoder().encode(JSON.stringify(event));
      const publish = async (): Promise<void> => {
        await options.room()?.localParticipant?.publishData(bytes, {
          reliable: true,
          topic: EVENT_TOPIC,
          destination_identities: [options.caller],
        });
      };
      events.add(publish, event.type === "heard" && !event.final ? `heard ${event.segment}` : undefined);
      if (event.type === "state") streams.add(() => setState(options.room(), event.state), "state");
      transcribe(event);
    },
    async close() {
      await within(Promise.all([events.idle(), streams.idle()]), FLUSH_MS, undefined);
      events.close();
      streams.close();
    },
  };
}

async function setState(room: Room | undefined, state: string): Promise<void> {
  await room?.localParticipant?.setAttributes({ [AGENT_STATE_ATTRIBUTE]: state });
}
