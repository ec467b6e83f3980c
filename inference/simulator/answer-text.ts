/** Turns tokens into the text that a client gets, with stop strings taken out. */
export interface AnswerText {
  /** The text to send for one more token, and the stop string that it completed. `last`: nothing follows. */
  push(text: string, last: boolean): { readonly text: string; readonly stoppedBy: string | undefined };
}

/**
 * Looks for stop strings across tokens. As vLLM does, as many characters are held back as the longest
 * stop string could still need.
 */
export function createAnswerText(stops: readonly string[], keepStop: boolean): AnswerText {
  if (stops.length === 0) return { push: (text) => ({ text, stoppedBy: undefined }) };
  const held = Math.max(...stops.map((stop) => stop.length)) - 1;
  let all = "";
  let sent = 0;
  return {
    push(text, last) {
      const searchFrom = Math.max(0, all.length - held);
      all += text;
      let found: { readonly at: number; readonly stop: string } | undefined;
      for (const stop of stops) {
        const at = all.indexOf(stop, searchFrom);
        if (at >= 0 && (found === undefined || at < found.at)) found = { at, stop };
      }
      if (found !== undefined) all = all.slice(0, found.at + (keepStop ? found.stop.length : 0));
      const until = last || found !== undefined ? all.length : Math.max(sent, all.length - held);
      const fresh = all.slice(sent, until);
      sent = until;
      return { text: fresh, stoppedBy: found?.stop };
    },
  };
}
