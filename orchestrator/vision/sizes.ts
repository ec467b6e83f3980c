/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Side of the square that Qwen2-VL makes one token of; sides that are no multiple are resampled by the server. */
const TOKEN_SIDE = 28;
/** Pixels of the larger picture at most: 768 tokens, the 1008×560 class (reference of the engine, §4). */
const DETAILED_PIXELS = 602_112;

/** The size with its long side at most `longSide`, in the same proportions, never larger than it is. */
export function fitLongSide(size: Size, longSide: number): Size {
  const scale = Math.min(1, longSide / Math.max(size.width, size.height));
  const fit = (side: number): number => Math.max(1, Math.round(side * scale));
  return { width: fit(size.width), height: fit(size.height) };
}

/**
 * The size of the local engine's picture: at most 602,112 pixels, sides rounded down to multiples of
 * 28 so that the server resamples nothing and the token count is known. A picture with a side below
 * 28 stays as it is.
 */
export function fitDetailed(size: Size): Size {
  if (Math.min(size.width, size.height) < TOKEN_SIDE) return size;
  const scale = Math.min(1, Math.sqrt(DETAILED_PIXELS / (size.width * size.height)));
  const fit = (side: number): number =>
    Math.max(1, Math.floor((side * scale) / TOKEN_SIDE + 1e-9)) * TOKEN_SIDE;
  return { width: fit(size.width), height: fit(size.height) };
}

/**
 * The size at which a capture is kept: as it is when small, else already the size of the local
 * engine's picture, so that what is read out loud was resampled only once.
 */
export function fitKept(size: Size): Size {
  return size.width * size.height > DETAILED_PIXELS ? fitDetailed(size) : size;
}
