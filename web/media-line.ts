/** How often the ways of the media are looked at, in milliseconds. */
const LOOK_MS = 500;

/** One way that media take between the browser and the server: an `RTCIceTransport`. */
export interface MediaTransport {
  readonly state: string;
}

/** Tells whether a call is still heard and seen: media go their own way, beside the signalling. */
export interface MediaLine {
  /** The call is joined: looks from now on. Media count as getting through until a look shows otherwise. */
  watch(): void;
  /** Whether the signalling is away. Media that nothing shows to get through count as lost then. */
  signalling(away: boolean): void;
  /** The call is over, or begins anew. */
  forget(): void;
}

/**
 * A browser knows after about five seconds that nothing comes back from the server; LiveKit would say so
 * a quarter of a minute later. `tell` hears of each change.
 */
export function createMediaLine(
  transports: () => readonly MediaTransport[],
  tell: (getsThrough: boolean) => void,
): MediaLine {
  let timer: ReturnType<typeof setInterval> | undefined;
  let isAway = false;
  let told = true;
  const look = (): void => {
    const states = transports().map(({ state }) => state);
    const isGood = (state: string) => state === "connected" || state === "completed";
    const through = isAway
      ? states.length > 0 && states.every(isGood)
      : !states.some((state) => state === "disconnected" || state === "failed");
    if (through !== told) tell(through);
    told = through;
  };
  return {
    watch() {
      if (timer !== undefined) return;
      told = true;
      timer = setInterval(look, LOOK_MS);
    },
    signalling(away) {
      isAway = away;
      if (timer !== undefined) look();
    },
    forget() {
      clearInterval(timer);
      timer = undefined;
      isAway = false;
    },
  };
}
