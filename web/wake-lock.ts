/** Keeps the screen on while `wanted`: a phone that goes dark takes camera and microphone away. */
export interface WakeLock {
  want(wanted: boolean): void;
}

/** The browser drops the lock whenever the page is hidden, so that it is asked for again when it is seen. */
export function createWakeLock(): WakeLock {
  let wanted = false;
  let lock: Promise<WakeLockSentinel | undefined> | undefined;
  const take = () => {
    if (!wanted || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    lock = navigator.wakeLock.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", take);
  return {
    want(on) {
      if (on === wanted) return;
      wanted = on;
      if (on) return take();
      void lock?.then((held) => held?.release());
      lock = undefined;
    },
  };
}
