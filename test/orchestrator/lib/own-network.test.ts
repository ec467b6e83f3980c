import { expect, test } from "vitest";
import { isOwnNetwork } from "../../../orchestrator/lib/own-network.ts";

test.each([
  ["localhost", true],
  ["livekit", true],
  ["gpu.lan", true],
  ["127.0.0.1", true],
  ["10.1.2.3", true],
  ["172.16.0.1", true],
  ["172.32.0.1", false],
  ["192.168.1.5", true],
  ["100.64.0.1", true],
  ["8.8.8.8", false],
  ["[::1]", true],
  ["[fd00::1]", true],
  ["[2001:db8::1]", false],
  ["calls.livekit.cloud", false],
])("%s is a network of one's own: %s", (host, own) => {
  expect(isOwnNetwork(host)).toBe(own);
});
