import { readdirSync, statSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InputError } from "../../../orchestrator/errors.ts";
import {
  readState,
  removeState,
  upPlaces,
  type UpState,
  writeState,
} from "../../../orchestrator/up/state.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

const STATE: UpState = {
  phase: "ready",
  why: null,
  keeper: { pid: 7, birth: "boot 12" },
  address: "https://localhost:8000",
  engine: "a simulator",
  programs: {
    gate: { pid: 8, birth: "boot 13", address: "http://127.0.0.1:8010", ready: true, restarts: 2 },
  },
};

let folder: TestFolder;
beforeEach(() => {
  folder = testFolder();
});
afterEach(() => folder.remove());

test("what is written is read again, until it is removed", () => {
  const places = upPlaces(folder.path);
  expect(readState(places)).toBeUndefined();
  writeState(places, { ...STATE, phase: "starting" });
  writeState(places, STATE);
  expect(readState(places)).toEqual(STATE);
  expect(readdirSync(places.folder)).toEqual(["state.json"]);
  removeState(places);
  removeState(places);
  expect(readState(places)).toBeUndefined();
});

test("it is for its owner alone", () => {
  const places = upPlaces(folder.path);
  writeState(places, STATE);
  expect(statSync(places.folder).mode & 0o777).toBe(0o700);
  expect(statSync(places.state).mode & 0o777).toBe(0o600);
});

test.each([
  ["half of it", JSON.stringify(STATE).slice(0, 40)],
  ["another form", JSON.stringify({ ...STATE, phase: "asleep" })],
  ["an id that no process has", JSON.stringify({ ...STATE, keeper: { pid: -1, birth: "boot 12" } })],
])("%s is not taken for a state, nor for none", (_what, text) => {
  const places = upPlaces(folder.path);
  writeState(places, STATE);
  folder.put("up/state.json", text);
  expect(() => readState(places)).toThrow(InputError);
});
