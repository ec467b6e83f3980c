/**
 * Resolves with the first fault that nobody caught; the process does not end of it by itself.
 *
 * @param isHarmless rejections that are passed over; default: none
 */
export function uncaughtFault(isHarmless: (rejection: unknown) => boolean = () => false): Promise<unknown> {
  return new Promise((resolve) => {
    process.on("uncaughtException", resolve);
    process.on("unhandledRejection", (reason) => {
      if (!isHarmless(reason)) resolve(reason);
    });
  });
}
