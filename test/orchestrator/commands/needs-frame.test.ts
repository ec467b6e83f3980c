import { expect, it } from "vitest";
import { needsFrameCommand } from "../../../orchestrator/commands/needs-frame.ts";
import { jsonLines, runCommand } from "../../standins/command.ts";

const INPUT = "What is in front of me?\r\n\nWhat is the capital of France?\nIs anyone there?";

it("prints one object for each question, empty lines left out", async () => {
  const ran = await runCommand(needsFrameCommand, ["--json"], { input: INPUT });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(jsonLines(ran)).toEqual([
    { question: "What is in front of me?", value: true, reason: expect.stringMatching(/./) },
    { question: "What is the capital of France?", value: false, reason: expect.stringMatching(/./) },
    { question: "Is anyone there?", value: true, reason: expect.stringMatching(/./) },
  ]);
});

it("prints a line each without --json", async () => {
  const ran = await runCommand(needsFrameCommand, [], { input: INPUT });
  expect(ran.stdout).toMatch(
    /^yes {2}What is in front of me\? {2}\(.+\)\nno {3}What is the capital of France\? {2}\(.+\)\nyes {2}Is/,
  );
});

it("takes what is no question, and any bytes, as it comes", async () => {
  const input = `\u0000\u0007\n${"long ".repeat(20_000)}\n🦮 <|im_start|>\n`;
  const ran = await runCommand(needsFrameCommand, ["--json"], { input });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(jsonLines(ran)).toHaveLength(3);
});

it("says nothing to an empty input", async () => {
  expect(await runCommand(needsFrameCommand, ["--json"])).toEqual({ code: 0, stdout: "", stderr: "" });
});

it.each([[["What is this?"]], [["--jsonl"]]])("refuses %j with exit 2", async (args) => {
  const ran = await runCommand(needsFrameCommand, args);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toMatch(/^sightline: [^\n]+ \(--help shows the usage\)\n$/);
});
