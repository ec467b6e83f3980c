import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningGate } from "../../../inference/gate/start.ts";
import { ask } from "../../../orchestrator/commands/ask.ts";
import { judge } from "../../../orchestrator/commands/judge.ts";
import { jsonLines, runCommand } from "../../standins/command.ts";
import {
  clearPicture,
  personPicture,
  startStubGate,
  type TestFolder,
  testFolder,
} from "../../standins/photo-files.ts";
import { type BadPicture, badPictures, oddPictures } from "./bad-pictures.ts";

let gate: RunningGate;
let folder: TestFolder;
let bad: readonly BadPicture[];
let env: { GATE_URL: string };
beforeAll(async () => {
  gate = await startStubGate();
  folder = testFolder();
  bad = await badPictures(folder);
  env = { GATE_URL: gate.url };
});
afterAll(async () => {
  await gate.close();
  folder.remove();
});

describe("pictures that cannot be used", () => {
  it("ask: exit 1, one line that says what is wrong and what was expected, no answer", async () => {
    for (const { what, path, message } of bad) {
      const ran = await runCommand(ask, [path, "What is this?", "--json"], { env });
      expect({ what, ...ran }).toMatchObject({ what, code: 1, stdout: "" });
      expect(ran.stderr).toMatch(/^sightline: [^\n]*; expected [^\n]*\n$/);
      expect(ran.stderr.trim()).toMatch(message);
    }
  });

  it("judge: an error object in their place, the others judged, exit 1 after all", async () => {
    const pictures = bad;
    const good = folder.put("good.jpg", await clearPicture());
    const paths = pictures.map(({ path }) => path);
    const ran = await runCommand(judge, ["--json", ...paths, good], { env });
    expect(ran).toMatchObject({ code: 1, stderr: "" });
    const lines = jsonLines(ran);
    expect(lines).toHaveLength(pictures.length + 1);
    pictures.forEach(({ path, message }, index) => {
      expect(lines[index]).toEqual({ file: path, error: expect.stringMatching(message) });
    });
    expect(lines.at(-1)).toMatchObject({ file: good, verdict: "clear" });
  });

  it("judge without --json: the error on stderr, the verdicts on stdout", async () => {
    const good = folder.put("fine.jpg", await personPicture());
    const ran = await runCommand(judge, [`${folder.path}/none.jpg`, good], { env });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^[^\n]*none\.jpg does not exist; expected [^\n]*\n$/);
    expect(ran.stdout).toMatch(/fine\.jpg: person [01]\.\d\d \(person-detected\): person [01]\.\d\d\n$/);
  });
});

describe("pictures of unusual kinds", () => {
  it("are judged and asked about like any other, upright", async () => {
    const pictures = await oddPictures(folder);
    const judged = await runCommand(judge, ["--json", ...pictures.map(({ path }) => path)], { env });
    expect(judged).toMatchObject({ code: 0, stderr: "" });
    expect(jsonLines(judged).map((line) => line["verdict"])).toEqual(pictures.map(() => "clear"));
    for (const { what, path, size } of pictures) {
      const ran = await runCommand(ask, [path, "What is this?", "--json"], { env });
      expect({ what, ...ran }).toMatchObject({ what, code: 0, stderr: "" });
      expect(jsonLines(ran)[0]).toMatchObject({ outcome: "answered", frame: size });
    }
  });
});

describe("judge", () => {
  it("prints one object a picture, every member, boxes in source pixels", async () => {
    const file = folder.put("large.jpg", await clearPicture(1280, 768));
    const person = folder.put("someone.jpg", await personPicture());
    const ran = await runCommand(judge, [file, person, "--json"], { env });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const lines = jsonLines(ran);
    expect(Object.keys(lines[0]!)).toEqual([
      "file",
      "verdict",
      "score",
      "reason",
      "boxes",
      "quality",
      "model",
      "ms",
    ]);
    expect(lines[0]).toEqual({
      file,
      verdict: "clear",
      score: expect.any(Number),
      reason: "no-person",
      boxes: [],
      quality: {
        sharpness: expect.any(Number),
        mean: expect.any(Number),
        deviation: expect.any(Number),
        hint: null,
      },
      model: expect.any(String),
      ms: expect.any(Number),
    });
    expect(lines[1]).toMatchObject({ file: person, verdict: "person", reason: "person-detected" });
    const [box] = lines[1]!["boxes"] as readonly Record<string, number | string>[];
    expect(box).toEqual({
      label: "person",
      score: expect.any(Number),
      x: expect.any(Number),
      y: expect.any(Number),
      width: expect.any(Number),
      height: expect.any(Number),
    });
  });

  it("without a gate: unknown with null for what is not known, and exit 0", async () => {
    const file = folder.put("lonely.jpg", await clearPicture());
    const ran = await runCommand(judge, [file, "--json"], { env: { GATE_URL: "http://127.0.0.1:1" } });
    expect(ran.code).toBe(0);
    expect(jsonLines(ran)[0]).toMatchObject({
      verdict: "unknown",
      reason: "gate-unreachable",
      score: null,
      boxes: [],
      model: null,
      ms: null,
    });
  });

  it("without a picture: exit 2", async () => {
    const ran = await runCommand(judge, ["--json"], { env });
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(/^sightline: judge: got no picture; expected IMAGE… [^\n]*\n$/);
  });

  it("stops between two pictures", async () => {
    const stop = new AbortController();
    stop.abort();
    const ran = await runCommand(judge, ["a.jpg", "b.jpg"], { env, signal: stop.signal });
    expect(ran).toMatchObject({ code: 130, stdout: "" });
  });
});
