import { describe, expect, test } from "vitest";
import { choicesOf, type Input, openDevices, problemOf } from "../../web/devices.ts";

describe("openDevices", () => {
  test("asks once for all that is wanted", async () => {
    const asked: (readonly Input[])[] = [];
    const opened = await openDevices(["microphone", "camera"], async (inputs) => {
      asked.push(inputs);
      return inputs;
    });
    expect(opened).toEqual({ tracks: ["microphone", "camera"], problems: new Map() });
    expect(asked).toHaveLength(1);
  });

  test("without a camera the microphone works, and the reason is known", async () => {
    const opened = await openDevices(["microphone", "camera"], async (inputs) => {
      if (inputs.includes("camera")) throw named("NotFoundError");
      return inputs;
    });
    expect(opened).toEqual({ tracks: ["microphone"], problems: new Map([["camera", "missing"]]) });
  });

  test("with nothing at all each has its own reason", async () => {
    const { tracks, problems } = await openDevices(["microphone", "camera"], async (inputs) => {
      throw named(inputs.includes("microphone") ? "NotAllowedError" : "NotReadableError");
    });
    expect(tracks).toEqual([]);
    expect(problems).toEqual(
      new Map([
        ["microphone", "refused"],
        ["camera", "in-use"],
      ]),
    );
  });

  test("nothing wanted is nothing asked", async () => {
    const opened = await openDevices([], () => Promise.reject(new Error("asked")));
    expect(opened.tracks).toEqual([]);
  });
});

test.each([
  ["NotAllowedError", "refused"],
  ["SecurityError", "refused"],
  ["NotFoundError", "missing"],
  ["OverconstrainedError", "missing"],
  ["NotReadableError", "in-use"],
  ["NotSupportedError", "unsupported"],
  ["TypeError", "failed"],
])("problemOf: %s is %s", (name, problem) => {
  expect(problemOf(named(name))).toBe(problem);
  expect(problemOf({ name })).toBe(problem);
});

test("choicesOf: devices of the kind that have a name of their own", () => {
  const devices = [
    { kind: "audioinput", deviceId: "default", label: "Default" },
    { kind: "audioinput", deviceId: "a1", label: "Headset" },
    { kind: "videoinput", deviceId: "v1", label: "Back" },
    { kind: "videoinput", deviceId: "", label: "" },
  ];
  expect(choicesOf(devices, "microphone")).toEqual([{ id: "a1", label: "Headset" }]);
  expect(choicesOf(devices, "camera")).toEqual([{ id: "v1", label: "Back" }]);
});

function named(name: string): Error {
  const error = new Error("no");
  error.name = name;
  return error;
}
