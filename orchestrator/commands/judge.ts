import { parseArgs } from "node:util";
import { compose } from "../compose.ts";
import { InputError, UsageError } from "../errors.ts";
import type { Frame, Verdict } from "../turn/turn.ts";
import { openPhoto, photoCamera } from "../vision/photo.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command } from "./io.ts";

const HELP = `usage: sightline judge IMAGE… [--json]

The person gate's verdict on each picture: clear, person or unknown, with score, reason and boxes.`;

export const judge: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  if (positionals.length === 0) throw new UsageError("judge: got no picture; expected IMAGE…");
  const stack = await compose();
  let failed = false;
  try {
    const { gate } = stack.ports(photoCamera(undefined));
    await stack.gateReady(io.signal);
    for (const file of positionals) {
      if (io.signal.aborted) return EXIT.interrupted;
      try {
        const frame = await openPhoto(file);
        const verdict = await gate(frame, io.signal);
        const line = values.json
          ? JSON.stringify(toJudgeJson(file, frame, verdict))
          : toText(file, frame, verdict);
        writeLine(io.stdout, line);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        failed = true;
        if (values.json) writeLine(io.stdout, JSON.stringify({ file, error: error.message }));
        else writeLine(io.stderr, `${file}: ${error.message}`);
      }
    }
    return failed ? EXIT.failed : EXIT.done;
  } finally {
    await stack.close();
  }
};

function toJudgeJson(file: string, frame: Frame, verdict: Verdict): Record<string, unknown> {
  return {
    file,
    verdict: verdict.value,
    score: verdict.score,
    reason: verdict.reason,
    boxes: verdict.boxes,
    quality: frame.quality,
    model: verdict.model,
    ms: verdict.ms,
  };
}

function toText(file: string, frame: Frame, verdict: Verdict): string {
  const score = verdict.score === null ? "" : ` ${verdict.score.toFixed(2)}`;
  const labels = verdict.boxes.map(({ label, score }) => `${label} ${score.toFixed(2)}`).join(", ");
  const hint = frame.quality.hint ? `, ${frame.quality.hint}` : "";
  return `${file}: ${verdict.value}${score} (${verdict.reason}${hint})${labels === "" ? "" : `: ${labels}`}`;
}
