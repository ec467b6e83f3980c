/** Says whether a screen reader must keep silent. */
export interface Hush {
  readonly isOn: () => boolean;
  /** `sounds`: an answer can be heard. `isCut`: nothing of it is on its way any more. */
  follow(sounds: boolean, isCut: boolean): void;
}

/** What is still on its way to the ear when an answer has ended; one that follows at once is waited for too. */
const TAIL_MS = 600;

/** Keeps silence through answers and what lies between them; `onOver` is called when it may be broken. */
export function createHush(onOver: () => void): Hush {
  let isOn = false;
  let tail: ReturnType<typeof setTimeout> | undefined;
  const over = () => {
    isOn = false;
    tail = undefined;
    onOver();
  };
  return {
    isOn: () => isOn,
    follow(sounds, isCut) {
      if (!isOn && !sounds) return;
      if (sounds || isCut) {
        clearTimeout(tail);
        tail = undefined;
      }
      isOn = true;
      if (sounds) return;
      if (isCut) over();
      else tail ??= setTimeout(over, TAIL_MS);
    },
  };
}
