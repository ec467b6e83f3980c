/** A caller without a microphone is listened to all the same: to what they type. */
const READY_BY_MS = 1000;

/** When a call may say that it listens: whoever hears so speaks at once, and must be heard. */
export interface Readiness {
  /** The call has begun. */
  onOpen(): void;
  /** The caller's microphone was heard. */
  onSound(): void;
  close(): void;
}

/** @param options.onReady is called once */
export function createReadiness(options: {
  /** False: there is nothing that could be heard. */
  readonly hasEar: boolean;
  readonly onReady: () => void;
}): Readiness {
  let told = false;
  let late: NodeJS.Timeout | undefined;
  const tell = (): void => {
    clearTimeout(late);
    if (told) return;
    told = true;
    options.onReady();
  };
  return {
    onOpen() {
      if (!options.hasEar) tell();
      else if (!told) late = setTimeout(tell, READY_BY_MS);
    },
    onSound: tell,
    close() {
      told = true;
      clearTimeout(late);
    },
  };
}
