import { afterAll, describe, expect, test } from "vitest";
import { timeline } from "../../../orchestrator/commands/timeline.ts";
import { callsIn } from "../../../orchestrator/commands/timeline/log.ts";
import { drawCall } from "../../../orchestrator/commands/timeline/svg.ts";
import { runCommand } from "../../standins/command.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";
import type { TurnSpans } from "../../../orchestrator/turn/spans.ts";

const spans: TurnSpans = {
  spokeMs: -1400,
  prefills: [{ fromMs: -1300, toMs: -900 }],
  committedMs: 505,
  startedMs: 180,
  routedMs: 184,
  requestedMs: 186,
  firstTokenMs: 270,
  lastTokenMs: 600,
  firstAudioMs: 512,
  overMs: 2600,
};
const turn = {
  msg: "turn",
  level: 30,
  engine: "local",
  reason: "person-in-frame",
  interrupted: false,
  spans,
};
const line = (fields: object): string => JSON.stringify({ ...turn, call: "one", ...fields });

describe("the log of an agent", () => {
  test("holds the turns of its calls, whatever else is in it, and whatever was put in front", () => {
    const log = [
      line({}),
      `agent-1  | ${line({ call: "two", reason: "no-person" })}`,
      '{"msg":"call started","call":"one"}',
      "not JSON {",
      line({ interrupted: true }),
      line({ spans: { ...spans, overMs: "late" } }),
      line({ spans: { ...spans, prefills: [{}] } }),
      "",
    ].join("\n");
    const calls = callsIn(log);
    expect([...calls.keys()]).toEqual(["two", "one"]);
    expect(calls.get("one")?.map(({ interrupted }) => interrupted)).toEqual([false, true]);
    expect(calls.get("two")).toEqual([{ engine: "local", reason: "no-person", interrupted: false, spans }]);
  });
});

describe("the picture of a call", () => {
  test("has a row for each turn, all parts on one axis, and the same in words", () => {
    const svg = drawCall("one", callsIn([line({}), line({ interrupted: true })].join("\n")).get("one")!);
    expect(svg.match(/strict silence: 0 to 505 ms/g)).toHaveLength(2);
    for (const part of [
      "speech: -1400 to 0",
      "prefill ahead: -1300 to -900",
      "time to first token: 186 to 270",
      "answer is played: 512 to 2600",
    ])
      expect(svg).toContain(part);
    expect(svg).toContain("Turn 2: local, first sound after 512 ms, cut off.");
    const at = (name: string): number =>
      Number(new RegExp(`x="([\\d.]+)"[^>]*><title>${name}`, "u").exec(svg)?.[1]);
    expect(at("speech")).toBeLessThan(at("strict silence"));
    expect(at("strict silence")).toBeLessThan(at("answer is played"));
    expect(at("prefill ahead")).toBeGreaterThan(at("speech"));
  });

  test("escapes what a log may hold", () => {
    const turns = callsIn(line({ engine: "<script>", reason: 'a & "b"' })).get("one")!;
    const svg = drawCall("<one>", turns);
    expect(svg).not.toMatch(/<script|<one>/);
    expect(svg).toContain("a &amp; ");
  });

  test("of a typed question without a sound has what there is", () => {
    const typed = { ...spans, spokeMs: null, prefills: [], committedMs: 0, firstAudioMs: null, overMs: 300 };
    const svg = drawCall("one", callsIn(line({ spans: typed })).get("one")!);
    expect(svg).toContain("no sound");
    expect(svg).not.toMatch(/speech: |NaN/);
  });
});

describe("sightline timeline", () => {
  const folder: TestFolder = testFolder();
  const lines = [line({}), line({ call: "two", engine: "cloud" })].join("\n");
  const log = folder.put("agent.log", lines);
  afterAll(() => folder.remove());

  test("draws the last call, or the one that is named, from a file or from what comes in", async () => {
    const last = await runCommand(timeline, [log]);
    expect(last).toMatchObject({ code: 0 });
    expect(last.stdout).toContain("1. cloud, 512 ms");
    expect((await runCommand(timeline, ["-", "--call", "one"], { input: lines })).stdout).toContain(
      "1. local, 512 ms",
    );
  });

  test.each([
    [[], "expected one LOG"],
    [[`${log}.none`], "cannot be read"],
    [[log, "--call", "three"], "one of one, two"],
  ])("says what was wrong with %j", async (args, words) => {
    const { code, stderr } = await runCommand(timeline, args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
  });
});
