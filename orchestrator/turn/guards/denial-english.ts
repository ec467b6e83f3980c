import { type DenialWords, wordSet } from "./denial-words.ts";
import { phrases } from "../phrases.ts";

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

const WHOM =
  "(?:nobody|no[ -]?one|anyone|anybody|person|people|humans?|individuals?)(?:\\s+(?:is|are|was|were|seems to be|appears to be)|['’]s)?";
const DOES =
  "knows?|needs?|wants?|likes?|may|must|should|will|would|has to|(?:can|could)(?! be)|under|over|aged|allowed|permitted|wearing|smiling|laughing|frowning|looking|facing|talking|speaking|paying|holding|carrying|pointing|waving|using|(?:that |who |whom )?(?:i|you) (?:know|recogni[sz]e)";

/** Things whose being unoccupied says nothing of people elsewhere. */
const SEATS = wordSet(
  "seat seats chair chairs table tables bench benches bed beds stool stools desk desks sofa couch toilet spot stall",
);
const QUOTING = wordSet("says said reads written text titled labelled labeled");
const SOMEONE = wordSet("someone somebody he she they");
const PERSON_NOUNS = wordSet(
  "person people man men woman women child children boy girl boys girls kid kids baby lady guy pedestrian pedestrians cyclist figure figures",
);
const COUNTED = wordSet(
  "a an one two three four five six seven eight nine ten several some many few another more",
);
const DOUBT = wordSet("not no nobody if whether any without never");

export const DENIAL_ENGLISH: DenialWords = {
  denial: phrases(
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
  ),
  bareDenial: phrases("(no | none | nope | zero | 0 | nobody) (, | . | ; | :)"),
  exception: /\b(?:else|other|others|except|besides|apart|only|more|further|additional)\b/i,
  somethingElse: new RegExp(`\\b${WHOM}\\s+(?:${DOES})\\b`, "i"),
  conjunctions: wordSet("but although though while whereas and however"),
  newClause: wordSet(
    "but though although however only just there i we it this that the a an one two three you your which while so he she they with",
  ),
  relatives: new Set(),
  excepting: new Set(),
  announcesWriting: (_clause, word) => QUOTING.has(word),
  cannotBegin: (clause, word) => word === "unoccupied" && clause.some((before) => SEATS.has(before)),
  mentionsPerson(clause) {
    if (clause.some((word) => DOUBT.has(word))) return false;
    return clause.some(
      (word, index) =>
        SOMEONE.has(word) ||
        (PERSON_NOUNS.has(word) &&
          clause.slice(Math.max(0, index - 3), index).some((before) => COUNTED.has(before))),
    );
  },
  but: "but",
  again: "I may be wrong about people",
};
