import { expect, test } from "vitest";
import { isLoopback, isOwnNetwork } from "../../../orchestrator/lib/own-network.ts";

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

test.each([
  ["localhost", true],
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["[::1]", true],
  ["127.example.org", false],
  ["127.0.0.1.example.org", false],
  ["localhost.example.org", false],
  ["0.0.0.0", false],
  ["192.168.1.5", false],
])("%s is reached by this machine alone: %s", (host, alone) => {
  expect(isLoopback(host)).toBe(alone);
});
