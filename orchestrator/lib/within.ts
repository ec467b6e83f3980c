/**
 * What the work gives, or `late` when it takes longer than `withinMs`. Throws what it throws until then;
 * it goes on by itself after that, and nobody hears of it.
 */
export async function within<T, Late>(work: Promise<T>, withinMs: number, late: Late): Promise<T | Late> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Late>((resolve) => {
    timer = setTimeout(resolve, withinMs, late);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
