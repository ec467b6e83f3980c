import type { Jpeg, PastTurn } from "./turn.ts";

/** Qwen2-VL: one token for each 28 × 28 pixels, and two markers (smart_resize, `vllm` processor). */
const PIXELS_PER_TOKEN = 28 * 28;
const PICTURE_MARKERS = 2;
/** English text of the Qwen tokenizer lies near 4; a lower figure errs on the safe side. */
const CHARACTERS_PER_TOKEN = 3.5;
/** Role markers and the constant note beside a picture. */
const TOKENS_PER_TURN = 40;
/** A compaction makes room for a good while: each one costs a cold prefix. */
const KEEP_SHARE = 0.5;

/** What was said and heard in a call; prompts read a snapshot of it. */
export interface Conversation {
  readonly id: string;
  /** Oldest first; never changed afterwards. */
  snapshot(): readonly PastTurn[];
  /** Adds a finished turn with the text that was heard. */
  commit(turn: PastTurn): void;
  /**
   * Between turns: over the budget, the oldest pictures give way to the answers that describe them,
   * and if that is not enough the oldest turns are dropped. Returns whether anything changed, so that
   * the new prefix can be warmed.
   */
  compact(budgetTokens: number): boolean;
}

export function createConversation(id: string): Conversation {
  let turns: readonly PastTurn[] = [];
  return {
    id,
    snapshot: () => turns,
    commit(turn) {
      turns = [...turns, turn];
    },
    compact(budgetTokens) {
      if (estimateTokens(turns) <= budgetTokens) return false;
      turns = shrink(turns, budgetTokens * KEEP_SHARE);
      return true;
    },
  };
}

/** Prompt tokens that the past costs, estimated from above. */
export function estimateTokens(turns: readonly PastTurn[]): number {
  return turns.reduce((sum, turn) => sum + turnTokens(turn), 0);
}

/** The last answered turn always stays: it says whether a question in words may leave the box. */
function shrink(turns: readonly PastTurn[], budgetTokens: number): readonly PastTurn[] {
  let kept = turns.filter((turn, index) => turn.engine !== "none" || index === turns.length - 1);
  const least =
    kept.length -
    Math.max(
      0,
      kept.findLastIndex(({ engine }) => engine !== "none"),
    );
  for (let index = 0; index < kept.length - 1 && estimateTokens(kept) > budgetTokens; index++) {
    kept = kept.with(index, withoutPicture(kept[index] as PastTurn));
  }
  while (kept.length > least && estimateTokens(kept) > budgetTokens) kept = kept.slice(1);
  return kept;
}

function withoutPicture(turn: PastTurn): PastTurn {
  return { ...turn, jpeg: null, clear: null };
}

/** A turn that only got a notice is part of no prompt. */
function turnTokens(turn: PastTurn): number {
  if (turn.engine === "none") return 0;
  const characters = turn.question.length + (turn.note?.length ?? 0) + turn.answer.length + turn.facts.length;
  const jpeg = turn.jpeg ?? turn.clear?.jpeg;
  return TOKENS_PER_TURN + Math.ceil(characters / CHARACTERS_PER_TOKEN) + (jpeg ? pictureTokens(jpeg) : 0);
}

function pictureTokens(jpeg: Jpeg): number {
  return Math.ceil((jpeg.width * jpeg.height) / PIXELS_PER_TOKEN) + PICTURE_MARKERS;
}
