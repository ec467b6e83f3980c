/**
 * Plays silence from now on, and with it allows the page's later sound; returns what ends it. Must be
 * called while a press is handled: some browsers allow sound only then, and afterwards to a page that
 * plays already.
 */
export function unlockSound(): () => void {
  const context = new AudioContext();
  const element = new Audio();
  element.srcObject = context.createMediaStreamDestination().stream;
  // Where even this is refused, the room's own sound is too, and the page says so.
  void Promise.all([context.resume(), element.play()]).catch(() => undefined);
  return () => {
    element.pause();
    element.srcObject = null;
    void context.close();
  };
}
