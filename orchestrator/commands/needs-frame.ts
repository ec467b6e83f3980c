import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { needsFrame } from "../turn/needs-frame.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command } from "./io.ts";

const HELP = `usage: sightline needs-frame [--json] < QUESTIONS

Says for each line of the input whether the question needs the camera, and why.`;

export const needsFrameCommand: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  for await (const question of createInterface({ input: io.stdin })) {
    if (question.trim() === "") continue;
    const { value, reason } = needsFrame(question, []);
    writeLine(
      io.stdout,
      values.json
        ? JSON.stringify({ question, value, reason })
        : `${value ? "yes" : "no "}  ${question}  (${reason})`,
    );
  }
  return EXIT.done;
};
