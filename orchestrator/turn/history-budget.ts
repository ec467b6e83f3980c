import type { Jpeg, PastTurn } from "./turn.ts";

/** Qwen2-VL: one token for each 28 × 28 pixels, and two markers (smart_resize, `vllm` processor). */
const PIXELS_PER_TOKEN = 28 * 28;
const PICTURE_MARKERS = 2;
/** English text of the Qwen tokenizer lies near 4; a lower figure errs on the safe side. */
const CHARACTERS_PER_TOKEN = 3.5;
/** Role markers and the constant note beside a picture. */
const TOKENS_PER_TURN = 40;
/** A shorter history leaves room for a good while: each one costs a cold prefix. */
const KEEP_SHARE = 0.5;
/** A shorter history is due from here on, so that there is time to compute the rest of it. */
const NEAR_SHARE = 0.7;
/** Of the pictures: ten questions before there are too many of them, when there may be twenty-four. */
const NEAR_PICTURES_SHARE = 0.6;

/** What the past may cost in a prompt of the local engine. */
export interface HistoryBudget {
  readonly tokens: number;
  /** Pictures; the question's own comes on top. */
  readonly pictures: number;
}

/**
 * The budget of a call: as configured, and no more pictures than the server has said that it takes.
 *
 * @param mostPictures of one prompt, the question's own among them; undefined: the server has not said.
 */
export function toBudget(
  { contextTokens, localPictures }: { readonly contextTokens: number; readonly localPictures: number },
  mostPictures: number | undefined,
): HistoryBudget {
  return {
    tokens: contextTokens,
    pictures: Math.max(0, Math.min(localPictures, (mostPictures ?? Infinity) - 1)),
  };
}

/** Prompt tokens that the past costs, estimated from above. */
export function estimateTokens(turns: readonly PastTurn[]): number {
  return turns.reduce((sum, turn) => sum + turnTokens(turn), 0);
}

/** The past costs more than it may. */
export function isOver(turns: readonly PastTurn[], budget: HistoryBudget): boolean {
  return estimateTokens(turns) > budget.tokens || countPictures(turns) > budget.pictures;
}

/** The past will soon cost more than it may. */
export function isNear(turns: readonly PastTurn[], budget: HistoryBudget): boolean {
  const pictures = Math.max(picturesKept(budget), Math.floor(budget.pictures * NEAR_PICTURES_SHARE));
  return isOver(turns, { tokens: budget.tokens * NEAR_SHARE, pictures });
}

/**
 * The oldest pictures give way to the answers that describe them, and if that is not enough the oldest
 * turns are dropped, down to a part of the budget; undefined when there is nothing to leave out. The last
 * answered turn always stays: it says whether a question in words may leave the box.
 */
export function shrink(turns: readonly PastTurn[], budget: HistoryBudget): readonly PastTurn[] | undefined {
  const most: HistoryBudget = { tokens: budget.tokens * KEEP_SHARE, pictures: picturesKept(budget) };
  const answered = turns.filter((turn, index) => turn.engine !== "none" || index === turns.length - 1);
  const least =
    answered.length -
    Math.max(
      0,
      answered.findLastIndex(({ engine }) => engine !== "none"),
    );
  const last = budget.pictures > 0 ? answered.length - 1 : answered.length;
  let kept = withoutOldest(answered, last, (now) => !isOver(now, most));
  while (kept.length > least && estimateTokens(kept) > most.tokens) kept = kept.slice(1);
  const isSame = kept.length === turns.length && kept.every((turn, index) => turn === turns[index]);
  return isSame ? undefined : kept;
}

/**
 * A shorter history with one turn more. A picture that is not among the last of it any more gives way,
 * too; what comes before that turn stays as it is.
 */
export function grow(turns: readonly PastTurn[], turn: PastTurn, budget: HistoryBudget): readonly PastTurn[] {
  const most = picturesKept(budget);
  return withoutOldest([...turns, turn], turns.length, (now) => countPictures(now) <= most);
}

/** Of the first `upTo` turns the oldest pictures are left out, until that is enough. */
function withoutOldest(
  turns: readonly PastTurn[],
  upTo: number,
  isEnough: (turns: readonly PastTurn[]) => boolean,
): readonly PastTurn[] {
  let kept = turns;
  for (let index = 0; index < upTo && !isEnough(kept); index++) {
    const turn = kept[index];
    if (turn && (turn.jpeg || turn.clear)) kept = kept.with(index, { ...turn, jpeg: null, clear: null });
  }
  return kept;
}

/** The newest stays, where the server takes one of the past at all: pictures are most of what a cold prefix costs. */
function picturesKept({ pictures }: HistoryBudget): number {
  return Math.min(1, pictures);
}

/** Those that a prompt of the local engine shows. */
function countPictures(turns: readonly PastTurn[]): number {
  return turns.filter(({ engine, jpeg }) => engine !== "none" && jpeg).length;
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
