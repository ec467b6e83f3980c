import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PastTurn } from "../../../orchestrator/turn/turn.ts";

/** A question with what is known of it. */
export interface LabelledQuestion {
  readonly question: string;
  readonly needed: boolean;
  readonly kind: string;
  /** What the turn before was about; empty: the question opens the conversation. */
  readonly after: "" | "picture" | "words";
  /** `held`: not looked at while the rules were written. */
  readonly set: string;
}

/** Our own questions. */
export function ownQuestions(): readonly LabelledQuestion[] {
  const url = new URL("../../fixtures/questions.csv", import.meta.url);
  return rows(readFileSync(url, "utf8")).map(([needed, kind = "", after, set = "", question = ""]) => ({
    question,
    needed: needed === "yes",
    kind,
    after: after === "picture" || after === "words" ? after : "",
    set,
  }));
}

/** The reference list beside the checkout; undefined where it is not. */
export function referenceQuestions(): readonly LabelledQuestion[] | undefined {
  const assets =
    process.env["ASSETS_MIRROR"] ?? fileURLToPath(new URL("../../../../shared/assets", import.meta.url));
  const path = `${assets}/questions/needs-frame.csv`;
  if (!existsSync(path)) return undefined;
  return rows(readFileSync(path, "utf8")).map(([needed, question = "", kind = ""]) => ({
    question,
    needed: needed === "yes",
    kind,
    after: "",
    set: "reference",
  }));
}

/** The conversation that a question follows. */
export function historyFor({ after }: LabelledQuestion): readonly PastTurn[] {
  if (after === "") return [];
  return [after === "picture" ? pictureTurn("What's in front of me?") : wordsTurn("Who was Louis Braille?")];
}

export function pictureTurn(question: string): PastTurn {
  const jpeg = { bytes: new Uint8Array(), sha256: "", width: 1, height: 1 };
  return { question, answer: "A table, near.", engine: "local", jpeg, clear: null, facts: "" };
}

export function wordsTurn(question: string): PastTurn {
  return { question, answer: "A teacher in France.", engine: "cloud", jpeg: null, clear: null, facts: "" };
}

function rows(csv: string): readonly (readonly string[])[] {
  return csv
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) =>
        (quoted ?? bare ?? "").replaceAll('""', '"'),
      ),
    );
}
