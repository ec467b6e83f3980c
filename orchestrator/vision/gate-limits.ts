/** How long a gate may take, and what it may call clear. */
export interface GateLimits {
  /**
   * A verdict that takes longer counts as a person; the request itself goes on. Default: 1,500 for
   * photos; 60 in a stream, two and a half times the cost of one look.
   */
  readonly answerMs: { readonly photo: number; readonly stream: number };
  /** A gate that says nothing for so long is stuck. Default: 3,000 for photos, 150 in a stream. */
  readonly stuckMs: { readonly photo: number; readonly stream: number };
  /** A gate that is not ready by then is not waited for. Default: 5,000. */
  readonly readyMs: number;
  /** From this person score on a picture is never clear, whatever the gate calls it. Default: 0.2. */
  readonly personScore: number;
}

export const GATE_LIMITS: GateLimits = {
  answerMs: { photo: 1500, stream: 60 },
  stuckMs: { photo: 3000, stream: 150 },
  readyMs: 5000,
  personScore: 0.2,
};
