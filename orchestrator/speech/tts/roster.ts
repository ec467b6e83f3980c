import type { Logger } from "../../log.ts";
import type { Pace } from "./clause-sound.ts";
import { type SpeechFault, toFault } from "../fault.ts";
import type { Synthesiser } from "./synthesiser.ts";

/** A service, and what all speeches of the process know of it. */
export interface Member {
  readonly synthesiser: Synthesiser;
  /** Its pace at this speech rate, by what it has said so far. */
  pace(rate: number): Pace;
  /** It has said a text of this weight; `msPerWeight` is at its own rate. */
  worked(said: { readonly msPerWeight: number; readonly weight: number }): void;
  failed(fault: SpeechFault): void;
}

/** The services in order of preference, those that are unwell behind the others. */
export interface Roster {
  /** The best service that is none of these. */
  choose(tried: ReadonlySet<Member>): Member | undefined;
  close(): void;
}

export interface RosterOptions {
  readonly log: Logger | undefined;
  /** Says something nobody hears; throws when the service is still unwell. */
  readonly probe: (synthesiser: Synthesiser) => Promise<void>;
  /** First wait before a probe, in milliseconds; it doubles. */
  readonly firstWaitMs?: number;
}

/** A usual voice, until its own pace is known: about 15 characters per second. */
const USUAL_MS_PER_WEIGHT = 58;
/** Weight after which a pace is known, and how much slower than it a text may be before and after that. */
const KNOWN_WEIGHT = 40;
const UNKNOWN_MARGIN = 1.6;
const KNOWN_MARGIN = 1.15;
const LONGEST_WAIT_MS = 60_000;
/** A refused key is not asked more often. */
const REFUSED_WAIT_MS = 300_000;

/** Creates the roster. A service that failed is probed in the background until it is well again. */
export function createRoster(synthesisers: readonly Synthesiser[], options: RosterOptions): Roster {
  const { log, probe, firstWaitMs = 1000 } = options;
  const members = synthesisers.map((synthesiser) => createMember(synthesiser));

  function createMember(
    synthesiser: Synthesiser,
  ): Member & { readonly isWell: () => boolean; readonly close: () => void } {
    const service = synthesiser.place.name;
    let isWell = true;
    let isClosed = false;
    let waitMs = firstWaitMs;
    let timer: NodeJS.Timeout | undefined;
    let msPerWeight = USUAL_MS_PER_WEIGHT;
    let saidWeight = 0;

    const scheduleAfter = ({ category }: SpeechFault): void => {
      clearTimeout(timer);
      const delayMs = category === "unauthorized" ? REFUSED_WAIT_MS : waitMs;
      if (!isClosed) timer = setTimeout(() => void ask(), delayMs).unref();
    };
    const ask = async (): Promise<void> => {
      try {
        await probe(synthesiser);
        if (!isWell) recover();
      } catch (error) {
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
        scheduleAfter(toFault(error));
      }
    };
    const recover = (): void => {
      isWell = true;
      waitMs = firstWaitMs;
      clearTimeout(timer);
      log?.info({ service }, "voice is well again");
    };

    return {
      synthesiser,
      isWell: () => isWell,
      pace: (rate) => {
        const margin = saidWeight < KNOWN_WEIGHT ? UNKNOWN_MARGIN : KNOWN_MARGIN;
        return { likelyMs: msPerWeight / rate, slowestMs: (msPerWeight / rate) * margin };
      },
      worked(said) {
        const share = saidWeight === 0 ? 1 : Math.min(0.5, said.weight / 200);
        saidWeight += said.weight;
        msPerWeight += (said.msPerWeight - msPerWeight) * share;
        if (!isWell) recover();
      },
      failed(fault) {
        if (!isWell) return;
        isWell = false;
        log?.warn({ service, category: fault.category, code: fault.code }, "voice is unwell");
        scheduleAfter(fault);
      },
      close() {
        isClosed = true;
        clearTimeout(timer);
      },
    };
  }

  return {
    choose: (tried) => {
      const left = members.filter((member) => !tried.has(member));
      return left.find((member) => member.isWell()) ?? left[0];
    },
    close: () => {
      for (const member of members) member.close();
    },
  };
}
