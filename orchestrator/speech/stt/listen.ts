import type { Pcm } from "../../lib/pcm.ts";
import { abortable, sleep } from "../../lib/abortable.ts";
import type { Heard, ListenContext, SpeechPlace } from "../speech.ts";
import { SpeechFault } from "../fault.ts";
import { createHearing } from "./hearing.ts";
import { openLink, type Link } from "./link.ts";
import { createQueue } from "../queue.ts";
import { createChoice, type Service } from "./service.ts";
import { createStallWatch } from "./stall.ts";

/** Transcribes one call, with whatever service can; see `Ear.listen`. */
export async function* listen(
  audio: AsyncIterable<Pcm>,
  ctx: ListenContext,
  services: readonly Service[],
  now: () => number,
): AsyncGenerator<Heard> {
  const stop = new AbortController();
  const signal = AbortSignal.any([ctx.signal, stop.signal]);
  const heard = createQueue<Heard>();
  const hearing = createHearing(now);
  const choice = createChoice(services, now);
  const stall = createStallWatch(hearing, now);
  let link = undefined as Link | undefined;
  let origin = 0;
  let place = undefined as SpeechPlace | null | undefined;
  let prepared = undefined as Link | undefined;
  let isPreparing = false;
  let keptAliveAtMs = now();

  const isIdle = (): boolean => !hearing.isSpeaking && !hearing.isOwed && !hearing.hasInterim;
  const tellPlace = (next: SpeechPlace | null): void => {
    if (next?.name === place?.name && next?.host === place?.host && place !== undefined) return;
    place = next;
    ctx.onPlace?.(next);
  };
  const open = (service: Service, limitMs: number, verify: boolean): Promise<Link> =>
    openLink(service, {
      signal,
      now,
      limitMs,
      verify,
      events: {
        interim(text, confidence) {
          hearing.sawInterim();
          heard.put({ type: "interim", text, confidence });
        },
        final(text, confidence, endSample) {
          hearing.sawFinal(origin + endSample);
          if (text !== "") heard.put({ type: "final", text, confidence });
        },
      },
    });

  /** Keeps a stream open to the best service there is, until the call ends. */
  const stayConnected = async (): Promise<void> => {
    while (true) {
      const service = prepared === undefined ? choice.next() : undefined;
      if (prepared === undefined && service === undefined) {
        if (place !== null && choice.readyAtMs() - now() > DEAF_MS) tellPlace(null);
        await sleep(Math.min(Math.max(choice.readyAtMs() - now(), 1), LOOK_AGAIN_MS), signal);
        continue;
      }
      try {
        const limitMs = service !== undefined && choice.hasOther(service) ? IMPATIENT_MS : PATIENT_MS;
        link = prepared ?? (await open(service as Service, limitMs, false));
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof SpeechFault)) throw error;
        choice.lost(service as Service, 0);
        continue;
      }
      prepared = undefined;
      tellPlace(link.service.recogniser.place);
      origin = hearing.replay(link.recognition);
      const fault = await link.over;
      if (fault !== undefined) choice.lost(link.service, now() - link.openedAtMs);
      link = undefined;
    }
  };

  /** Between utterances: back to a better service, once it is seen to be well again. */
  const prepareBetter = async (current: Link): Promise<void> => {
    const service = choice.better(current.service);
    if (service === undefined || isPreparing) return;
    isPreparing = true;
    try {
      const better = await open(service, PATIENT_MS, true);
      if (link === current && isIdle()) {
        prepared = better;
        current.end();
      } else better.end();
    } catch {
      // It is not well yet: its health knows.
    } finally {
      isPreparing = false;
    }
  };

  const noteSpeech = (): void => {
    if (!hearing.setSpeaking(ctx.speaking())) return;
    if (hearing.isSpeaking) link?.recognition.speechStarted();
    else link?.recognition.speechEnded();
  };

  /** Looks after the stream: is it stuck, is it idle, is there a better one? */
  const tick = (): void => {
    noteSpeech();
    hearing.tidy(link !== undefined);
    if (link === undefined) return;
    const atMs = now();
    if (atMs - hearing.audioAtMs > KEEP_ALIVE_MS && atMs - keptAliveAtMs > KEEP_ALIVE_MS) {
      keptAliveAtMs = atMs;
      link.recognition.keepAlive();
    }
    if (stall.isStuck(link)) link.end(new SpeechFault("timeout", "no-progress"));
    else if (isIdle()) void prepareBetter(link);
  };

  const pump = async (): Promise<void> => {
    for await (const { samples } of abortable(audio, signal)) {
      noteSpeech();
      hearing.add(samples);
      link?.recognition.push(samples);
    }
    if (hearing.setSpeaking(false)) link?.recognition.speechEnded();
    const untilMs = now() + LAST_WORDS_MS;
    const canCome = (): boolean => now() < untilMs && (link !== undefined || choice.readyAtMs() < untilMs);
    while ((hearing.isOwed || hearing.hasInterim) && canCome()) await sleep(TICK_MS, signal);
  };

  const ticker = setInterval(tick, TICK_MS);
  const connected = stayConnected().catch(() => {});
  void pump()
    .catch(() => {})
    .finally(() => heard.end());
  try {
    yield* heard;
  } finally {
    stop.abort(new Error("no longer listening"));
    clearInterval(ticker);
    link?.end();
    prepared?.end();
    await connected;
  }
}

const TICK_MS = 50;
/** Deepgram closes a stream after 10 s without audio or a keep-alive, and asks for one every 3–5 s. */
const KEEP_ALIVE_MS = 3000;
/** A call without any service for longer than a reconnection takes is told so. */
const DEAF_MS = 150;
/** How soon it is noticed that another call has found a service well again. */
const LOOK_AGAIN_MS = 250;
/** Longest wait for a stream while another service could be asked, and while none could. */
const IMPATIENT_MS = 1000;
const PATIENT_MS = 3000;
/** After the end of the audio, the last final may take that long. */
const LAST_WORDS_MS = 4000;
