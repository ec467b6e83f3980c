import { setTimeout as wait } from "node:timers/promises";
import type { SpeechFault } from "../../../orchestrator/speech/fault.ts";
import type { Recogniser, Recognition } from "../../../orchestrator/speech/stt/recogniser.ts";

export interface Told {
  readonly type: "interim" | "final";
  readonly text: string;
  readonly endSample?: number;
}

/** A stream to a recogniser, and what it told. */
export interface Recording {
  readonly recognition: Recognition;
  readonly told: readonly Told[];
  readonly finals: readonly Told[];
  readonly faults: readonly SpeechFault[];
  /** How often the service gave a sign of life. */
  readonly signs: () => number;
  /** Waits until it is true, ten seconds at most. */
  readonly until: (isTrue: () => boolean) => Promise<void>;
}

/** Opens a stream and notes what comes. */
export async function record(recogniser: Recogniser, verify = false): Promise<Recording> {
  const told: Told[] = [];
  const faults: SpeechFault[] = [];
  let signs = 0;
  const recognition = await recogniser.open({
    signal: new AbortController().signal,
    verify,
    events: {
      alive: () => {
        signs += 1;
      },
      interim: (text) => void told.push({ type: "interim", text }),
      final: (text, _confidence, endSample) => void told.push({ type: "final", text, endSample }),
      failed: (fault) => void faults.push(fault),
    },
  });
  return {
    recognition,
    told,
    get finals() {
      return told.filter(({ type }) => type === "final");
    },
    faults,
    signs: () => signs,
    async until(isTrue) {
      for (let waited = 0; !isTrue() && waited < 10_000; waited += 10) await wait(10);
    },
  };
}
