import type { PastTurn } from "./turn.ts";
import { grow, type HistoryBudget, isNear, isOver, shrink } from "./history-budget.ts";

/** What was said and heard in a call; prompts read a snapshot of it. */
export interface Conversation {
  readonly id: string;
  /** Oldest first; never changed afterwards. */
  snapshot(): readonly PastTurn[];
  /** Adds a finished turn with the text that was heard. */
  commit(turn: PastTurn): void;
  /**
   * Plans a shorter history, which grows along until it is adopted, so that its prefix can be computed
   * while the longer one still answers. Returns whether there is one.
   */
  plan(budget: HistoryBudget): boolean;
  planned(): readonly PastTurn[] | undefined;
  /** Near the budget: the planned history is to be adopted once its prefix is warm. */
  isDue(): boolean;
  /** The planned history is the history from now on. */
  adopt(): void;
  /**
   * Between turns: over the budget the history is cut at once, whether or not the shorter one is warm.
   * Returns whether anything changed.
   */
  compact(budget: HistoryBudget): boolean;
}

export function createConversation(id: string): Conversation {
  let turns: readonly PastTurn[] = [];
  let planned: { readonly turns: readonly PastTurn[]; readonly budget: HistoryBudget } | undefined;
  let due = false;

  const adopt = (): void => {
    turns = planned?.turns ?? turns;
    planned = undefined;
    due = false;
  };

  return {
    id,
    snapshot: () => turns,
    planned: () => planned?.turns,
    isDue: () => due,
    commit(turn) {
      turns = [...turns, turn];
      planned = planned && { ...planned, turns: grow(planned.turns, turn, planned.budget) };
    },
    plan(budget) {
      const shorter = planned ? undefined : shrink(turns, budget);
      if (shorter) planned = { turns: shorter, budget };
      due = planned !== undefined && isNear(turns, budget);
      return planned !== undefined;
    },
    adopt,
    compact(budget) {
      if (!isOver(turns, budget)) return false;
      const before = turns;
      adopt();
      if (isOver(turns, budget)) turns = shrink(turns, budget) ?? turns;
      return turns !== before;
    },
  };
}
