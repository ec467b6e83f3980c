/** How long a gate may take, and what it may call clear. */
export interface GateLimits {
  /**
   * A verdict that takes longer counts as a person; the request itself goes on. Default: 1,500 for
   * photos; 600 in a stream, whose frames are judged as they arrive: a turn itself waits 60, and a frame
   * is stale after a second.
   */
  readonly answerMs: { readonly photo: number; readonly stream: number };
  /**
   * A gate that says nothing for so long is stuck. Default: 3,000 for photos, 1,000 in a stream. On a
   * machine with every core busy a look of 22 ms takes 50 to 400: at 150 a gate that was well was
   * killed again and again.
   */
  readonly stuckMs: { readonly photo: number; readonly stream: number };
  /** A gate that is not ready by then is not waited for. Default: 5,000. */
  readonly readyMs: number;
  /** From this person score on a picture is never clear, whatever the gate calls it. Default: 0.2. */
  readonly personScore: number;
}

export const GATE_LIMITS: GateLimits = {
  answerMs: { photo: 1500, stream: 600 },
  stuckMs: { photo: 3000, stream: 1000 },
  readyMs: 5000,
  personScore: 0.2,
};
