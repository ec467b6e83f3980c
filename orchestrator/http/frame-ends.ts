/** Follows a stream of WebSocket frames (RFC 6455 §5.2). */
export interface FrameEnds {
  /** Takes the next bytes; returns how many of them belong to whole frames. */
  pass(bytes: Uint8Array): number;
  /** Nothing of a frame has been passed that the rest is missing of. */
  readonly between: boolean;
}

const LENGTH = 0x7f;
/** Lengths up to it stand in the second byte itself. */
const SHORT_LENGTH = 125;
const TWO_BYTES = 126;
const MASKED = 0x80;
const MASK_BYTES = 4;

/** Finds where frames end, so that one of our own can be put behind another's. */
export function createFrameEnds(): FrameEnds {
  const head: number[] = [];
  let missingOfBody = 0;

  return {
    pass(bytes) {
      let whole = 0;
      let at = 0;
      while (at < bytes.length) {
        if (missingOfBody > 0) {
          const taken = Math.min(missingOfBody, bytes.length - at);
          missingOfBody -= taken;
          at += taken;
        } else {
          head.push(bytes[at++] ?? 0);
          const length = bodyLength(head);
          if (length === undefined) continue;
          missingOfBody = length;
          head.length = 0;
        }
        if (missingOfBody === 0 && head.length === 0) whole = at;
      }
      return whole;
    },
    get between() {
      return missingOfBody === 0 && head.length === 0;
    },
  };
}

/** In bytes; undefined: the head is not whole. */
function bodyLength(head: readonly number[]): number | undefined {
  const [, second] = head;
  if (second === undefined) return undefined;
  const short = second & LENGTH;
  const more = short <= SHORT_LENGTH ? 0 : short === TWO_BYTES ? 2 : 8;
  const mask = (second & MASKED) === 0 ? 0 : MASK_BYTES;
  if (head.length < 2 + more + mask) return undefined;
  return more === 0 ? short : head.slice(2, 2 + more).reduce((length, byte) => length * 256 + byte, 0);
}
