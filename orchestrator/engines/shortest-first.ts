/** Who tried so long ago does not want to go on at the moment. */
const CLAIM_MS = 300;

/** Of several calls that have work in the background, the one that is nearest to its end goes first. */
export interface ShortestFirst {
  /** Whether a call with so many tokens left may go on now; asked again and again while it wants to. */
  mayRun(call: string, leftTokens: number): boolean;
}

/** Side by side none would come to its end before the next turn changes what there is to compute. */
export function createShortestFirst(): ShortestFirst {
  const claims = new Map<string, { readonly leftTokens: number; readonly atMs: number }>();
  return {
    mayRun(call, leftTokens) {
      const now = performance.now();
      claims.set(call, { leftTokens, atMs: now });
      for (const [other, { atMs }] of claims) if (now - atMs > CLAIM_MS) claims.delete(other);
      return [...claims.values()].every((claim) => claim.leftTokens >= leftTokens);
    },
  };
}
