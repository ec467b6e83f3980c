import { SpeechFault } from "../fault.ts";
import type { Recognition } from "./recogniser.ts";
import type { Service } from "./service.ts";

/** What a stream to a service tells the call that it belongs to. */
export interface LinkEvents {
  interim(text: string, confidence: number | null): void;
  /** `endSample` counts from the stream's first sample. */
  final(text: string, confidence: number | null, endSample: number): void;
}

/** One open stream to a service, and how it is doing. */
export interface Link {
  readonly service: Service;
  readonly recognition: Recognition;
  readonly openedAtMs: number;
  /** When the service said something last; 0: never. */
  readonly heardAtMs: number;
  /** Resolves with why it ended; undefined: another stream took its place. Its health is told. */
  readonly over: Promise<SpeechFault | undefined>;
  /** Ends it: as a fault of the service, or because it is not needed any more. */
  end(fault?: SpeechFault): void;
}

export interface LinkOptions {
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Longest wait for the stream, in milliseconds. */
  readonly limitMs: number;
  /** Opens only when the service is seen to work. */
  readonly verify: boolean;
  readonly events: LinkEvents;
}

/**
 * Opens a stream and tells the service's health how it goes, then and later.
 *
 * @throws {SpeechFault} or the signal's reason.
 */
export async function openLink(service: Service, options: LinkOptions): Promise<Link> {
  const { signal, now, events } = options;
  const { recogniser, health } = service;
  const ending = Promise.withResolvers<SpeechFault | undefined>();
  let isOver = false;
  let heardAtMs = 0;
  let openedAtMs = now();
  let recognition = undefined as Recognition | undefined;
  /** It failed before it was open: it may do so in the packet that opens it. */
  let early = undefined as SpeechFault | undefined;

  const end = (fault?: SpeechFault): void => {
    if (isOver) return;
    isOver = true;
    recognition?.close();
    if (fault !== undefined) tellHealth(fault);
    ending.resolve(fault);
  };
  const tellHealth = (fault: SpeechFault): void => {
    const wasQuick = heardAtMs === 0 && now() - openedAtMs < AT_ONCE_MS;
    if (fault.category === "connectivity" && wasQuick) health.closedAtOnce(fault);
    else if (fault.category === "invalid-request") health.refusedAudio(fault);
    else if (fault.category !== "connectivity") health.failed(fault);
  };

  signal.throwIfAborted();
  health.trying();
  const limit = AbortSignal.timeout(options.limitMs);
  try {
    recognition = await recogniser.open({
      signal: AbortSignal.any([signal, limit]),
      verify: options.verify,
      events: {
        alive() {
          if (isOver) return;
          heardAtMs = now();
          health.worked();
        },
        interim: (text, confidence) => {
          if (!isOver) events.interim(text, confidence);
        },
        final: (text, confidence, endSample) => {
          if (isOver) return;
          if (text !== "") health.transcribed();
          events.final(text, confidence, endSample);
        },
        failed: (fault) => {
          if (recognition === undefined) early ??= fault;
          else end(fault);
        },
      },
    });
  } catch (error) {
    signal.throwIfAborted();
    const fault = error instanceof SpeechFault ? error : new SpeechFault("timeout", "connect");
    health.failed(fault);
    throw fault;
  }
  openedAtMs = now();
  if (early !== undefined) end(early);
  else if (options.verify) health.worked();
  if (signal.aborted) recognition.close();
  signal.throwIfAborted();
  if (early !== undefined) throw early;

  return {
    service,
    recognition,
    get openedAtMs() {
      return openedAtMs;
    },
    get heardAtMs() {
      return heardAtMs;
    },
    over: ending.promise,
    end,
  };
}

/** A stream that is closed so soon and without a word was refused. */
const AT_ONCE_MS = 1000;
