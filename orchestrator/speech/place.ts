import type { SpeechPlace } from "./speech.ts";

/** The host of an address, or `this machine` when it is a loopback one. */
export function placeOf(name: string, url: string): SpeechPlace {
  const { hostname } = new URL(url);
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return { name, host: isHere ? "this machine" : hostname };
}
