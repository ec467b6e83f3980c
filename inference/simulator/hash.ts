/** The hash that stands before a prompt's first block. */
export const ROOT_HASH = 0x1d872b41;

/**
 * Hash of one full block: parent, token ids, extra keys. 53 bits, so that it is an exact number; two of
 * 100,000 blocks collide with a chance below 10⁻⁶.
 */
export function hashBlock(
  parent: number,
  ids: readonly number[],
  start: number,
  end: number,
  extra: readonly number[],
): number {
  let low = parent | 0;
  let high = Math.trunc(parent / 4_294_967_296) ^ 0x9e3779b9;
  for (let index = start; index < end; index += 1) {
    const id = ids[index] ?? 0;
    low = Math.imul(low ^ id, 0x85ebca6b);
    low ^= low >>> 15;
    high = Math.imul(high + id, 0xc2b2ae35) ^ low;
    high ^= high >>> 13;
  }
  for (const key of extra) {
    low = Math.imul(low ^ (key | 0), 0x27d4eb2f);
    high = Math.imul(high ^ Math.trunc(key / 4_294_967_296), 0x165667b1) ^ low;
    high ^= high >>> 16;
    low ^= high >>> 11;
  }
  return join(low, high);
}

/** A 53-bit hash of a text. */
export function hashText(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x2545f491;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return join(low, high ^ low);
}

/** A 31-bit hash of the text from `start` to `end`. */
export function hashPiece(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & 0x7fff_ffff;
}

function join(low: number, high: number): number {
  const finished = Math.imul(high ^ (high >>> 16), 0xc2b2ae35) ^ low;
  return ((finished ^ (finished >>> 13)) & 0x1f_ffff) * 4_294_967_296 + (low >>> 0);
}
