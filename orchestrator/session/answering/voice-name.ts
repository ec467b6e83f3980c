import type { Live } from "./live.ts";

/** Which voice speaks in a call, as the transport is told. */
export interface VoiceName {
  /** Null: answers are read. */
  name(): string | null;
  /** An answer has begun to sound. */
  sounds(live: Live): void;
  /** No service says a word. */
  lost(): void;
}

export function createVoiceName(options: {
  readonly hasVoice: boolean;
  /** Another voice speaks from now on, or none. */
  readonly onChange: () => void;
}): VoiceName {
  let name: string | null = options.hasVoice ? "voice" : null;
  return {
    name: () => name,
    sounds(live) {
      const now = live.readOnly ? name : (live.answer.place()?.name ?? name ?? "voice");
      if (now === name) return;
      name = now;
      options.onChange();
    },
    lost() {
      name = null;
      options.onChange();
    },
  };
}
