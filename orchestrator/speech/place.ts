import { HERE, isLoopback } from "../lib/own-network.ts";
import type { SpeechPlace } from "./speech.ts";

/** The host of an address, or `this machine` when it is a loopback one. */
export function placeOf(name: string, url: string): SpeechPlace {
  const { hostname } = new URL(url);
  return { name, host: isLoopback(hostname) ? HERE : hostname };
}
