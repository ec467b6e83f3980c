/** One step of the decision: the first rule that fits a sentence settles it. */
export interface Rule {
  /** Short slug: metric label, log field and ledger column. */
  readonly reason: string;
  /** What the rule recognises, in plain words. */
  readonly what: string;
  readonly needed: boolean;
  readonly when: RegExp;
  /** The rule does not fit a sentence that also matches this. */
  readonly unless?: RegExp;
}

/** Whether the rule settles this sentence. */
export function fits(rule: Rule, sentence: string): boolean {
  return rule.when.test(sentence) && rule.unless?.test(sentence) !== true;
}

/** Any of these, as whole words, anywhere in the sentence. */
export function anywhere(...alternatives: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${alternatives.join("|")})\\b`);
}

/** Any of these at the beginning of the sentence. */
export function atStart(...alternatives: readonly string[]): RegExp {
  return new RegExp(`^(?:${alternatives.join("|")})`);
}

/** The whole sentence is one of these. */
export function whole(...alternatives: readonly string[]): RegExp {
  return new RegExp(`^(?:${alternatives.join("|")})$`);
}

/** A request: an imperative, also when it is put as a question. */
export function request(...alternatives: readonly string[]): RegExp {
  return new RegExp(
    `^(?:(?:can|could|would|will) you (?:also |maybe |quickly |try to |help me (?:to )?)?|i (?:want|need|would like) you to |(?:i (?:want|need|have|would like|must|should) to |can i |could i |let me |let us |help me (?:to )?)?)(?:${alternatives.join("|")})`,
  );
}

/** Words that a noun phrase about something present, or a pronoun, begins with. */
export const DEFINITE =
  "(?:the|this|that|these|those|my|his|her|their|our|your|its|it|he|she|they|we|i|me|you|there|here|any|anyone|anybody|anything|some|someone|somebody|something|every|everyone|everybody|everything|nobody|no|none|nothing|both|all|who|what|which|one|two|three|on|in|at|to|left|right)";

/** What can only be meant here and now. */
export const HERE = anywhere(
  "this",
  "these",
  "those",
  "here",
  "that (?:one|thing)",
  "over there",
  "in front",
  "around (?:me|us)",
  "(?:behind|ahead of|next to|beside|near|above|below|under|between) (?:me|us|him|her|it|the)",
  "(?:i am|am i|i have|have i) (?:holding|touching|wearing|facing|got)",
  "(?:on|to|at|in) (?:my|the) (?:left|right|hand|table|wall|floor|desk|shelf|counter|fridge|door|board|box|bag|room|window|plate|screen|label|sign|packet|package|picture|photo|street|road)",
  "outside the window",
  "on it",
);
