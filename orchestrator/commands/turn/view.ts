import type { Writable } from "node:stream";
import pc from "picocolors";
import yoctoSpinner from "yocto-spinner";
import type { TurnListener } from "../../run-turn.ts";
import type { TurnReport } from "../../turn/report.ts";
import type { TurnEvent, Verdict } from "../../turn/turn.ts";

/** Shows a turn as it happens: what was decided and why, the streamed answer, what it took. */
export interface TurnView extends TurnListener {
  onEvent(event: TurnEvent): void;
  /** Call once when the turn has ended. */
  end(report: TurnReport): void;
  /** Takes the spinner away, whatever happened. */
  close(): void;
}

export interface TurnViewOptions {
  /** Also show the decisions, not only the answer. */
  readonly explain: boolean;
  readonly colours: boolean;
  /** The output is a terminal: show a spinner until the first word. */
  readonly spinner: boolean;
}

export function createTurnView(output: Writable, options: TurnViewOptions): TurnView {
  const { dim, bold } = pc.createColors(options.colours);
  const spinner = options.spinner ? yoctoSpinner({ text: "thinking", stream: output }) : undefined;
  spinner?.start();
  let speaking = false;

  const detail = (name: string, text: string): void => {
    if (!options.explain) return;
    spinner?.clear();
    output.write(dim(`  ${name.padEnd(8)} ${text}\n`));
  };

  return {
    onEvent(event) {
      if (event.type === "need")
        detail("camera", `${event.need.value ? "needed" : "not needed"} (${event.need.reason})`);
      if (event.type === "verdict") detail("gate", verdictLine(event.verdict));
      if (event.type === "route") detail("route", `${event.route.engine} (${event.route.reason})`);
    },
    onText(text) {
      if (!speaking) {
        spinner?.stop();
        if (options.explain) output.write(dim("  answer   "));
      }
      speaking = true;
      output.write(bold(text));
    },
    close: () => void spinner?.stop(),
    end(report) {
      spinner?.stop();
      if (speaking) output.write("\n");
      if (report.outcome === "cancelled") output.write(dim("  (stopped)\n"));
      detail("time", timeLine(report));
    },
  };
}

function verdictLine(verdict: Verdict): string {
  const score = verdict.score === null ? "" : ` ${verdict.score.toFixed(2)}`;
  const took = verdict.ms === null ? "" : `, ${verdict.ms.toFixed(0)} ms`;
  const boxes = verdict.boxes.map(
    ({ label, score, x, y, width, height }) =>
      `${label} ${score.toFixed(2)} at ${[x, y, width, height].map(Math.round).join(",")}`,
  );
  return `${verdict.value}${score} (${verdict.reason}${took})${boxes.length > 0 ? `: ${boxes.join("; ")}` : ""}`;
}

function timeLine(report: TurnReport): string {
  const first =
    report.ttftMs === null ? "no first word" : `first word ${report.ttftMs.toFixed(1)} ms after the request`;
  const cached = report.usage?.cachedTokens;
  const tokens = report.usage?.promptTokens
    ? `, ${report.usage.promptTokens} prompt tokens${cached === null || cached === undefined ? "" : ` (${cached} cached)`}`
    : "";
  return `${first}, ${report.totalMs.toFixed(0)} ms in all${tokens}`;
}
