import type { Logger } from "../../log.ts";
import { isSpeakable, toSpeakable } from "../speakable.ts";
import type { SpeakContext, Spoken } from "../speech.ts";
import { readClauses } from "./clause-queue.ts";
import { type ClauseSound, createClauseSound } from "./clause-sound.ts";
import { toFault } from "../fault.ts";
import { createOutlet, type Outlet } from "./outlet.ts";
import type { Member, Roster } from "./roster.ts";
import { supervise, type VoiceLimits } from "./supervise.ts";
import type { Utterance } from "./synthesiser.ts";

/** Sound that waits for the ear before the next clause is asked for, in milliseconds. */
const AHEAD_MS = 4000;
/** Leading silence that is left of a voice's first clause and of its later ones, in milliseconds. */
const LEAD_MS = { first: 50, later: 150 } as const;

/** How often all services are asked in turn for words that none of them says. */
const ROUNDS = 2;

export interface SpeakOptions {
  readonly roster: Roster;
  readonly limits: VoiceLimits;
  readonly log?: Logger | undefined;
}

/** Speaks one text; see `Voice.speak`. */
export async function* speak(
  text: AsyncIterable<string>,
  ctx: SpeakContext,
  options: SpeakOptions,
): AsyncGenerator<Spoken> {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  if (ctx.signal.aborted) stop();
  else ctx.signal.addEventListener("abort", stop, { once: true });
  const outlet = createOutlet(stopped.signal);
  void fill(text, ctx, { ...options, outlet, signal: stopped.signal })
    .catch((error: unknown) => options.log?.error({ fault: nameOf(error) }, "voice broke off"))
    .finally(() => outlet.end());
  try {
    yield* outlet.spoken();
  } finally {
    ctx.signal.removeEventListener("abort", stop);
    stop();
  }
}

interface FillOptions extends SpeakOptions {
  readonly outlet: Outlet;
  readonly signal: AbortSignal;
}

/** Has the text said clause by clause, by the best service there is; never throws. */
async function fill(text: AsyncIterable<string>, ctx: SpeakContext, options: FillOptions): Promise<void> {
  const { outlet, signal } = options;
  const clauses = readClauses(text, { language: ctx.language, signal });
  const speaker = createSpeaker(ctx, options);
  try {
    while (true) {
      const clause = await clauses.next();
      if (clause === undefined || signal.aborted) return;
      if (!(await speaker.say(clause)) || signal.aborted) return;
      await outlet.hasRoom(AHEAD_MS);
    }
  } finally {
    speaker.close();
  }
}

/** A fault's kind, without the words that its message may hold. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Says clauses by one service after the other. */
function createSpeaker(
  ctx: SpeakContext,
  { roster, limits, outlet, signal }: FillOptions,
): { say(clause: string): Promise<boolean>; close(): void } {
  let current: { readonly member: Member; readonly utterance: Utterance; isFirst: boolean } | undefined;
  const tried = new Set<Member>();

  const leave = (): void => {
    current?.utterance.close();
    current = undefined;
  };
  const arrive = (member: Member): NonNullable<typeof current> => {
    if (current?.member === member) return current;
    leave();
    current = { member, utterance: member.synthesiser.open(ctx), isFirst: true };
    return current;
  };

  /** Says as much as this service can; gives what is left. */
  const sayBy = async (member: Member, raw: string): Promise<string> => {
    const speakable = toSpeakable(raw);
    const sound = createClauseSound(raw, speakable, member.pace(ctx.rate));
    outlet.add(sound);
    if (!isSpeakable(speakable.text)) {
      outlet.finish(sound);
      return "";
    }
    try {
      const by = arrive(member);
      ctx.onSent?.(member.synthesiser.place);
      const sounds = supervise(by.utterance, speakable.text, {
        limits,
        signal,
        rate: ctx.rate,
        playout: outlet.playout,
        sampleRate: outlet.sampleRate(),
        leadMs: by.isFirst ? LEAD_MS.first : LEAD_MS.later,
      });
      for await (const { sound: fit, sampleRate } of sounds) {
        if (by.isFirst) ctx.onPlace?.(member.synthesiser.place);
        by.isFirst = false;
        sound.add(fit, sampleRate);
        outlet.changed(sampleRate);
      }
      outlet.finish(sound);
      learn(member, sound);
      return "";
    } catch (error) {
      leave();
      const rest = outlet.cut(sound);
      if (!signal.aborted) {
        member.failed(toFault(error));
        if (rest !== raw) tried.clear();
        tried.add(member);
      }
      return rest;
    }
  };
  const learn = (member: Member, sound: ClauseSound): void => {
    const { soundMs, weight } = sound.measure();
    if (weight > 0) member.worked({ msPerWeight: (soundMs / weight) * ctx.rate, weight });
  };

  return {
    close: leave,
    async say(clause) {
      tried.clear();
      let rest = clause;
      let rounds = 0;
      while (rest !== "" && !signal.aborted) {
        // One voice says a speech to its end: a change is heard.
        const member = current?.member ?? roster.choose(tried);
        if (member === undefined) {
          if (++rounds === ROUNDS) return false;
          tried.clear();
          continue;
        }
        const before = rest;
        rest = await sayBy(member, before);
        if (rest !== before) rounds = 0;
      }
      return !signal.aborted;
    },
  };
}
