import { phrases, type PhraseState } from "../phrases.ts";
import { GERMAN_REFUSAL, GERMAN_REFUSAL_PARTS } from "./refusal-german.ts";
import { beginnings, mayGrow, spokenWords } from "../spoken-words.ts";

/**
 * Whether an answer that is still streaming is a refusal to look at the picture or to describe people.
 * `undecided` only while its first clause can still become one.
 */
export type RefusalState = "refusal" | "undecided" | "no-refusal";

/** Characters after which an answer is no longer held back. */
const LONGEST_LOOK = 80;

/**
 * Judges an answer's text so far. More text never changes a decision, and how the text was cut into
 * pieces never matters. `ended`: nothing follows, so the answer is decided as it stands.
 */
export function refusalState(text: string, ended = false): RefusalState {
  const look = text.trimStart().slice(0, LONGEST_LOOK);
  const full = text.trimStart().length >= LONGEST_LOOK;
  let state = REFUSAL.start;
  for (const token of spokenWords(look)) {
    if (!ended && mayGrow(token, look)) return full ? "no-refusal" : expects(state, look.slice(token.start));
    for (const word of token.words) {
      state = REFUSAL.next(state, word);
      const decided = decision(state);
      if (decided !== "undecided") return decided;
    }
  }
  if (ended) return REFUSAL.next(state, ".").complete ? "refusal" : "no-refusal";
  return full ? "no-refusal" : "undecided";
}

function decision(state: PhraseState): RefusalState {
  if (state.complete) return "refusal";
  return state.open ? "undecided" : "no-refusal";
}

/** A last word may still grow: it decides only when nothing that begins like it is looked for. */
function expects(state: PhraseState, word: string): RefusalState {
  return beginnings(word).some((prefix) => REFUSAL.expects(state, prefix)) ? "undecided" : "no-refusal";
}

const PARTS: Readonly<Record<string, string>> = {
  ...GERMAN_REFUSAL_PARTS,
  STOP: ", | . | ; | :",
  FILLER: "oh | hi | hello | hey | hmm | well | no | okay | ok | ah | um",
  BECAUSE: "for (that | this | the confusion | the inconvenience | any inconvenience | any confusion)",
  SORRY:
    "(i am)? (really | very | so | truly | terribly)* sorry (about (that | this) | $BECAUSE)? | my? (apologies | apology) $BECAUSE? | i do? (apologize | apologise) $BECAUSE? | i regret (that | to say that)? | it (seems | appears) that? | while | although | though | i am here to help | unfortunately | regrettably | sadly | i am afraid that?",
  PREAMBLE: "($FILLER $STOP?)* ($SORRY $STOP? (but | however | because)? ,?)* (no ,)? (but | currently ,?)?",
  WHO: "i | we",
  ADVERB:
    "currently | directly | actually | really | ethically | just | simply | personally | legally | also | only | unfortunately",
  CANNOT:
    "$WHO $ADVERB? ((can | could | will | must | should | may | do | would) not $ADVERB? (be able to)? | am $ADVERB? (unable to | not $ADVERB? (able | allowed | permitted | programmed | designed | equipped | supposed | authorized | authorised | going) to))",
  SOME: "real | specific | private | particular | other | individual | human | unknown | actual",
  PERSON:
    "(the | this | that | these | those | any | a | an | all | other | which)? $SOME* (people | peoples | person | persons | individual | individuals | human | humans | humanbeings | anyone | anybody | someone | somebody | face | faces | stranger | strangers | man | woman | men | women | child | children | them | him | her)",
  TRAIT:
    "(the | their | his | her | any | physical | personal | facial | this)* (identity | identities | appearance | appearances | features | characteristics | attributes | ethnicity | race | names | gender)",
  DESCRIBE:
    "(help | assist | identify | recognize | recognise | describe | name | discuss | analyze | analyse | evaluate | assess | rate | characterize | characterise | judge | confirm | verify | determine | infer | guess | reveal | disclose | comment on | speculate on | speculate about | talk about | make (assumptions | guesses | inferences | judgments | judgements) (about | on | based on) | (provide | give | share | offer) $DETAILS (about | of | on | regarding) | (tell | say | share) (anything | something) about)",
  DETAILS:
    "(any | a | an | the | specific | detailed | further | personal | more | identifying)* (information | details | detail | description | descriptions | anything | comments | opinions | identification)",
  DESCRIBED: "$DESCRIBE ((or | and) $DESCRIBE)* ($PERSON | $TRAIT)",
  MEDIUM:
    "(the | this | that | these | those | any | an | a | your | actual | attached | uploaded | visual | such | provided)* (images | pictures | photos | photographs | videos | image | picture | photo | photograph | video | content | media | file | files | attachment | attachments | feed)",
  REQUEST:
    "(that | this | it | so | such | your | the | these | those | to)* (request | requests | question | questions | task)? (here | for you | for now)?",
  HELP: "help | assist | comply | engage | accommodate | proceed | participate | cooperate | fulfill | fulfil",
};

/**
 * How the clouds' models decline: to help, to look at pictures, to say anything of people. In any of our
 * languages, since they do not always decline in the one that they are asked in.
 */
const REFUSAL = phrases(
  `$PREAMBLE (${[
    "$CANNOT $HELP !but",
    "$CANNOT (do | answer | discuss | respond to | complete | process | perform | address | continue with | carry out | describe) $REQUEST $STOP",
    "$CANNOT $DESCRIBED",
    "$CANNOT (identify | recognize | recognise | describe | confirm | determine | speculate about | speculate on | verify) ((or | and) _)? (who (this | that | these | those | the | they | he | she | anyone | is) | the identity | what (the | this | that | these) (person | man | woman | people | individual))",
    "$CANNOT (answer | discuss | respond to) (any | such)? (questions | requests) (about | regarding | on)",
    "$CANNOT make (identifications | assumptions | judgments | judgements)",
    "$CANNOT (describe | identify | analyze | analyse | process | interpret | view | access | open | receive | display | examine | look at | directly) ((or | and) (_ | look at))? $MEDIUM",
    "$CANNOT (see | perceive) (or _)? (images | pictures | photos | photographs | visual | videos) ($STOP | or | directly | that | you | in | like | and)",
    "$CANNOT (see | perceive) (or _)? (the | this | that | your | any | an | actual)* (images | image | picture | pictures | photo | photos | photograph) ($STOP | you | directly | that | attached | uploaded | or | as)",
    "$CANNOT (provide | offer | give | share | supply) (you with?)? (that | this | such | those)? $DETAILS $STOP",
    "$CANNOT (provide | offer | give) (you with?)? (any | a | an | that | this | such | the | kind | type | of)* (assistance | help | support)",
    "$CANNOT (tell | say | reveal | disclose) to? you who",
    "$CANNOT (say | reveal | disclose | name) who (these | those | the) (people | persons | individuals)",
    "$CANNOT (feel comfortable | in good conscience | ethically | support | fulfill)",
    "$WHO $ADVERB? do not (identify | describe | recognize | recognise | provide | comment | speculate | assist | help | process | feel comfortable | support)",
    "$WHO do not $ADVERB? (have | possess) (the | any | an | a)* (ability | capability | capabilities | capacity | permission | eyes | vision | authorization | authorisation | means to | access to)",
    "$WHO ((must | should) | (have | need) to | will have to | am going to have to | would have to) (respectfully | politely | regretfully)? (decline | refuse | respect | refrain)",
    "$WHO would (prefer | rather) not",
    "$WHO (respectfully | politely)? (decline | refuse)",
    "$WHO am not (comfortable | permitted | allowed | authorized | authorised)",
    "$WHO am (restricted | prohibited | prevented | forbidden | not here to)",
    "$WHO am (here | designed | programmed | trained | built) to (respect | protect | avoid | refrain)",
    "$WHO am (just | only | simply | merely | but)* (a | an)? (ai | artificial | language | large language | text-based | chatbot)",
    "as (a | an) (responsible | helpful | large | text | text-based | virtual | digital | visual | multimodal)* (ai | artificial | language | assistant | llm | chatbot | machine | model)",
    "it (is | would be) (inappropriate | unethical | against (my | our | openai is) | not (appropriate | ethical | something | permitted | allowed | possible for me to (identify | describe | help | assist)))",
    "(that | this | it) is (not something | something) that? $WHO (can | am | could | do | will) (not | able)?",
    "(my | our | openai is?) (safety | content | usage | privacy)* (guidelines | guideline | policy | policies | programming | rules | terms)",
    "(due to | for | because of | given | out of respect for | to (respect | protect | ensure | maintain) | in order to (respect | protect)) (my | our | the | their | your | his | her | user | people | people is | personal | individual | someone is | safety | and | ethical)* (privacy | safety reasons | guidelines | policy | policies | ethical | confidentiality | security reasons | limitations | restrictions | programming)",
    "(identifying | recognizing | recognising | describing | naming) ((or | and) _)? $PERSON",
    "(your | this | that | the) (request | question | image | picture | photo | content) (violates | goes against | may violate | is against | is not (allowed | permitted) | can not be (processed | fulfilled))",
  ].join(" | ")}) | ${GERMAN_REFUSAL}`,
  PARTS,
);
