import { phrases } from "./phrases.ts";

const PARTS: Readonly<Record<string, string>> = {
  LEAD: "and | but | so | or | with | that | where | because",
  ADVERB:
    "currently | actually | really | clearly | obviously | completely | totally | entirely | quite | mostly | almost | nearly | fairly | pretty | also | otherwise | just | simply | apparently | probably | likely | definitely | certainly | all | now | still | very | at the moment | at all | right now",
  SEEMS:
    "$ADVERB* (is | are | was | were | looks | look | feels | (seems | seem | appears | appear) (to be)? | remains | stands) $ADVERB*",
  VISIBLE:
    "visible | actual | real | single | living | human | apparent | obvious | discernible | detectable | identifiable | recognizable | nearby | standing | moving | noticeable | clear",
  PEOPLE:
    "people | person | persons | human | humans | individual | individuals | soul | souls | beings | pedestrians | passersby | bystanders",
  ANYONE:
    "anyone | anybody | (any | a | one | even)* (sign | signs | trace)? of? any? $VISIBLE* ($PEOPLE | anyone)",
  NOBODY:
    "nobody | no one | (no | zero | 0) $VISIBLE* $PEOPLE | not (a | one | any | even)* $VISIBLE* (soul | souls) | not (one | a single) (person | human | individual) | no (sign | signs | trace | hint | evidence) of any? $VISIBLE* (life | anyone | anybody | presence | activity | $PEOPLE)",
  SEE: "see | detect | spot | find | notice | identify | count | observe | make out | seeing | detecting | spotting",
  EMPTY: "empty | deserted | unoccupied | vacant | abandoned | uninhabited",
  SCENE:
    "room | place | street | road | hall | hallway | corridor | area | scene | space | house | apartment | flat | shop | store | office | kitchen | bathroom | bedroom | platform | station | restaurant | cafe | café | park | square | plaza | beach | image | picture | photo | view | frame | sidewalk | pavement | lobby | lot | path | field | yard | garden | classroom | church | stairwell | staircase | surroundings | car | carriage | train | bus | court | camera",
};

/**
 * Clauses that say nobody is there: for the picture as a whole, or at least without naming a person
 * beside. A clause may begin before its denial, so that what takes its place still reads well.
 */
export const DENIAL = phrases(
  `$LEAD? (${[
    "$NOBODY",
    "there $SEEMS $NOBODY",
    "there ((is | are | was | were) not | (does | do) not (seem | appear) to be) $ADVERB* $ANYONE",
    "(i | we) (can | could)? $ADVERB* $SEE $NOBODY",
    "(i | we) ((do | can | could | did) not | am not) $ADVERB* $SEE $ANYONE",
    "(it | this | that | ((the | this | your) (!,)?)? $SCENE) $ADVERB* (has | contains | shows | features | includes | holds) $NOBODY",
    "(it | this | that | ((the | this | your) (!,)?)? $SCENE) does not $ADVERB* (have | contain | show | include | feature | seem to (have | contain)) $ANYONE",
    "((the | this | that | your) (whole | entire)? (!,)?)? $SCENE $SEEMS $EMPTY",
    "((the | this | that | your) (whole | entire)? (!,)?)? $SCENE $SEEMS (devoid | free | clear | empty) of (any | all)? $VISIBLE* ($PEOPLE | life)",
    "(a | an | the | this | that)? $ADVERB* $EMPTY (!, )? $SCENE",
    "(a | an | the | this | that)? deserted",
    "unoccupied",
    "(devoid | free | clear | empty) of (any | all)? $VISIBLE* $PEOPLE",
    "without $ANYONE",
    "you $SEEMS alone",
    "everyone (is gone | has left)",
    "(the | any)? (people | persons | humans) (are | were) not (visible | present | there | here | in)",
  ].join(" | ")})`,
  PARTS,
);

/** A bare answer that denies people when the question asked for them. */
export const BARE_DENIAL = phrases("(no | none | nope | zero | 0 | nobody) (, | . | ; | :)");

/** What makes a denial a part of a larger picture: `nobody else`, `no one except a man`. */
export const EXCEPTION = /\b(?:else|other|others|except|besides|apart|only|more|further|additional)\b/i;

const WHOM =
  "(?:nobody|no[ -]?one|anyone|anybody|person|people|humans?|individuals?)(?:\\s+(?:is|are|was|were|seems to be|appears to be)|['’]s)?";
const DOES =
  "knows?|needs?|wants?|likes?|may|must|should|will|would|has to|(?:can|could)(?! be)|under|over|aged|allowed|permitted|wearing|smiling|laughing|frowning|looking|facing|talking|speaking|paying|holding|carrying|pointing|waving|using|(?:that |who |whom )?(?:i|you) (?:know|recogni[sz]e)";

/** What nobody does, knows or may do says nothing of who is there: `nobody knows`, `no one is smiling`. */
export const SOMETHING_ELSE = new RegExp(`\\b${WHOM}\\s+(?:${DOES})\\b`, "i");

/** Words after which a denying clause is over although no stop was written. */
export const CONJUNCTIONS: ReadonlySet<string> = new Set(
  "but although though while whereas and however".split(" "),
);

/** Words that begin something new after `no people,`; other words continue the list of what is not there. */
export const NEW_CLAUSE: ReadonlySet<string> = new Set(
  "but though although however only just there i we it this that the a an one two three you your which while so he she they with".split(
    " ",
  ),
);

/** Things whose being unoccupied says nothing of people elsewhere. */
export const SEATS: ReadonlySet<string> = new Set(
  "seat seats chair chairs table tables bench benches bed beds stool stools desk desks sofa couch toilet spot stall".split(
    " ",
  ),
);

/** Marks that open a quotation when no letter stands before them. */
export const QUOTATION_MARKS: ReadonlySet<string> = new Set("\"'“‘«‹„");

/** Words that announce writing; what follows is read out word for word. */
export const QUOTING: ReadonlySet<string> = new Set(
  "says said reads written text titled labelled labeled".split(" "),
);

const SOMEONE: ReadonlySet<string> = new Set("someone somebody he she they".split(" "));
const PERSON_NOUNS: ReadonlySet<string> = new Set(
  "person people man men woman women child children boy girl boys girls kid kids baby lady guy pedestrian pedestrians cyclist figure figures".split(
    " ",
  ),
);
const COUNTED: ReadonlySet<string> = new Set(
  "a an one two three four five six seven eight nine ten several some many few another more".split(" "),
);
const DOUBT: ReadonlySet<string> = new Set("not no nobody if whether any without never".split(" "));

/** Whether a clause, given as its words, says that a person is there. */
export function mentionsPerson(clause: readonly string[]): boolean {
  if (clause.some((word) => DOUBT.has(word))) return false;
  return clause.some(
    (word, index) =>
      SOMEONE.has(word) ||
      (PERSON_NOUNS.has(word) &&
        clause.slice(Math.max(0, index - 3), index).some((before) => COUNTED.has(before))),
  );
}
