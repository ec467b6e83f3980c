/**
 * A small language for turns of phrase, read word by word, that knows at each word whether the phrase
 * is complete, and whether it still can be. Regular expressions cannot say the second, and a stream
 * that must not be held back needs exactly that.
 *
 * `a b` one after the other, `a|b` either, `( )` groups, `x?` perhaps, `x*` any number of times, `_`
 * any one word, `!a` any one word but `a`, `$NAME` a part from `parts`.
 */
export interface Phrases {
  /** Before the first word. */
  readonly start: PhraseState;
  /** After one more word. */
  next(state: PhraseState, word: string): PhraseState;
  /** Whether some word that begins with `prefix` may come next. */
  expects(state: PhraseState, prefix: string): boolean;
}

export interface PhraseState {
  /** The words so far are a whole phrase. */
  readonly complete: boolean;
  /** More words may make them one, or a longer one. */
  readonly open: boolean;
  /** Positions of the expression that may come next. */
  readonly expected: readonly number[];
}

/** Compiles the expression into its position automaton (Glushkov), so that no input is slow. */
export function phrases(expression: string, parts: Readonly<Record<string, string>> = {}): Phrases {
  const leaves: Leaf[] = [];
  const follow: Set<number>[] = [];
  const whole = parse(expression, parts, {
    leaf(leaf) {
      follow.push(new Set());
      return leaves.push(leaf) - 1;
    },
    link(from, to) {
      for (const position of from) for (const next of to) follow[position]?.add(next);
    },
  });
  const last = new Set(whole.last);
  const stateAfter = (positions: readonly number[]): PhraseState => {
    const expected = new Set<number>();
    for (const position of positions) for (const next of follow[position] ?? []) expected.add(next);
    return {
      complete: positions.some((position) => last.has(position)),
      open: expected.size > 0,
      expected: [...expected],
    };
  };
  return {
    start: { complete: false, open: true, expected: whole.first },
    next: (state, word) => stateAfter(state.expected.filter((position) => accepts(leaves[position], word))),
    expects: (state, prefix) => state.expected.some((position) => mayBegin(leaves[position], prefix)),
  };
}

/** Whether the words are a whole phrase. */
export function isWhole(pattern: Phrases, words: readonly string[]): boolean {
  let state = pattern.start;
  for (const word of words) {
    state = pattern.next(state, word);
    if (!state.open && !state.complete) return false;
  }
  return state.complete;
}

/** Words a position accepts, or, negated, the only ones that it does not. */
interface Leaf {
  readonly words: ReadonlySet<string>;
  readonly negated: boolean;
}

/** A part of the expression: where it may begin and end, and whether it may be left out. */
interface Fragment {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly nullable: boolean;
}

interface Builder {
  leaf(leaf: Leaf): number;
  link(from: readonly number[], to: readonly number[]): void;
}

const EMPTY: Fragment = { first: [], last: [], nullable: true };

function parse(expression: string, parts: Readonly<Record<string, string>>, builder: Builder): Fragment {
  const tokens = expression.match(/[()|?*]|[^\s()|?*]+/g) ?? [];
  let at = 0;

  function alternatives(): Fragment {
    let all = sequence();
    while (tokens[at] === "|") {
      at += 1;
      const other = sequence();
      all = {
        first: [...all.first, ...other.first],
        last: [...all.last, ...other.last],
        nullable: all.nullable || other.nullable,
      };
    }
    return all;
  }

  function sequence(): Fragment {
    let whole = EMPTY;
    for (let token = tokens[at]; token !== undefined && token !== "|" && token !== ")"; token = tokens[at]) {
      const item = repeated(token);
      builder.link(whole.last, item.first);
      whole = {
        first: whole.nullable ? [...whole.first, ...item.first] : whole.first,
        last: item.nullable ? [...whole.last, ...item.last] : item.last,
        nullable: whole.nullable && item.nullable,
      };
    }
    return whole;
  }

  function repeated(token: string): Fragment {
    at += 1;
    const item = atom(token);
    const mark = tokens[at];
    if (mark !== "?" && mark !== "*") return item;
    at += 1;
    if (mark === "*") builder.link(item.last, item.first);
    return { ...item, nullable: true };
  }

  function atom(token: string): Fragment {
    if (token === "(") {
      const inner = alternatives();
      at += 1;
      return inner;
    }
    if (token.startsWith("$")) return parse(parts[token.slice(1)] ?? "", parts, builder);
    const negated = token === "_" || token.startsWith("!");
    const words = token === "_" ? [] : [negated ? token.slice(1) : token];
    const position = builder.leaf({ words: new Set(words), negated });
    return { first: [position], last: [position], nullable: false };
  }

  return alternatives();
}

function accepts(leaf: Leaf | undefined, word: string): boolean {
  return leaf !== undefined && leaf.words.has(word) !== leaf.negated;
}

function mayBegin(leaf: Leaf | undefined, prefix: string): boolean {
  if (leaf === undefined) return false;
  return leaf.negated || [...leaf.words].some((word) => word.startsWith(prefix));
}
