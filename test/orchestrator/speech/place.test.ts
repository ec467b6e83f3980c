import { expect, test } from "vitest";
import { placeOf } from "../../../orchestrator/speech/place.ts";

test.each([
  ["wss://api.deepgram.com", "api.deepgram.com"],
  ["http://127.0.0.1:8001/v1", "this machine"],
  ["http://localhost:8001/v1", "this machine"],
  ["ws://[::1]:9", "this machine"],
  ["https://127.example.org/v1", "127.example.org"],
])("%s is on %s", (url, host) => {
  expect(placeOf("a", url)).toEqual({ name: "a", host });
});
