import { expect, test } from "vitest";
import { isHere, toLedger } from "../../web/ledger.ts";

const ENTRY = {
  turn: "t1",
  call: "c1",
  atMs: 1_795_246_878_000,
  frame: null,
  engine: { name: "local", model: "m", host: "this machine" },
  reason: "local-only",
  ear: null,
  voice: null,
};

test("reads the gateway's list, and leaves out what is no entry", () => {
  expect(toLedger({ entries: [ENTRY, { turn: 3 }, null, { ...ENTRY, engine: "x" }] })).toEqual([ENTRY]);
  expect(toLedger(undefined)).toEqual([]);
});

test("isHere tells the assistant's own machine", () => {
  expect(isHere(ENTRY.engine)).toBe(true);
  expect(isHere({ ...ENTRY.engine, host: "api.example.org" })).toBe(false);
});
