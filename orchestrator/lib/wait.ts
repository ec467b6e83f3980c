/** Resolves after `delayMs`, and keeps no process alive for it. */
export function wait(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs).unref());
}
