import type { CommandWords } from "./commands.ts";

/** The local commands in English. */
export const ENGLISH: CommandWords = {
  noise: new Set("please kindly uh um uhm er erm ah oh hm hmm maybe perhaps sightline".split(" ")),
  join: [
    [/\bok\b|\bo\.k\./g, "okay"],
    [/\ball right\b/g, "alright"],
    [/\bgood[ -]bye\b/g, "goodbye"],
    [/\bhang[- ]up\b/g, "hang up"],
    [/\bslow[- ]down\b/g, "slow down"],
    [/\bbit\b/g, "little"],
  ],
  before:
    "okay|alright|right|well|so|now|then|and|but|hey|hi|hello|sorry|excuse me|yes|yeah|yep|no|nope|actually|thanks|thank you (very much|so much)?|great|good|fine|cool|perfect|just|i see|got it|i got it|that is it|that is all|wait",
  after:
    "now|then|thanks|thank you (very much|so much)?|for me|again|okay|alright|right now|if (you can|possible|you could|you do not mind|you like)|(will|would|could|can) you|just|already|for now|at once|immediately|already|i (said|mean)|that is (all|enough)|so|to me|sorry|from now on|for a (moment|second|minute|little)|in (the)? future|today",
  ask: "(can|could|would|will) (you|u|we) (just|quickly|also|try to|now)* | (can|could|may) i (get you|ask you) to | (can|could|would) you mind | do you mind | i (want|need|would like|would love) (you to|to) (just)? | i said | i (just)? asked you to | you (can|may|should|could) (just)? | let (us|is) | let me | i would like | i want | i need | try to | i told you to | just",
  parts: {
    FROM_NOW: "(from now on|in (the)? future|always|every time|in general)",
    MUCH: "(a little|a lot|a tad|a touch|a little little|much|even|way|still|somewhat|slightly|far|some|just)*",
    IT: "(that|it|this)",
    LAST: "(the|your|that) (last|previous)? (answer|sentence|part|little|thing|reply|response|bit|one|words|word)",
    AGAIN: "(again|once more|one more time|a second time|another time)",
    TALK: "(speak|talk|go|read|say $IT|say|answer|explain $IT|tell me)",
    TALKING: "(speaking|talking|going|reading|saying $IT)",
    VOICE: "(the|your|all)? (voice|speech|sound|audio|talking)",
    MINE: "(my|the|these|those|that|this|our|any|any of my|all my|all of my|some of my|how many)? (last|camera)? (pictures|picture|photos|photo|images|image|frames|frame|video|data|voice|words|recording|recordings|audio|information|stuff|face|questions|question|feed|camera)",
    SENT: "(send|share|upload|transmit|give|pass on|sent|shared|uploaded|transmitted|given)",
    PLACE:
      "(where|to whom|to who|out|away|anywhere|somewhere|to anyone|to anybody|to someone|to the cloud|to the internet|to a server|to openai|to open ai|over the internet|off this machine|off the device|elsewhere|with anyone|with whom|with who)",
    HERE: "(this|the|my|that) (machine|device|house|box|computer|phone|place|building|network|home)",
  },
  commands: {
    stop: `stop ($IT|there|here|talking|speaking|reading|speech|describing|now|already|the answer|your answer|right there)? (talking)?
      | stopping | be (quiet|silent|still) | (keep)? quiet | silence | hush | shush | shh | sh | shut (up|it) | (that|this|it) is enough | enough | enough of that | that will do | that will be enough
      | cancel ($IT|the answer)? | never mind | nevermind | forget (it|that|about it) | hold on (a (second|moment|minute|sec))? | hang on (a (second|moment|minute|sec))? | wait (a (second|moment|minute|sec|little))? | (one|just a) (moment|second|minute|sec)
      | pause (there|that|it)? | no more | that is (all|fine) | do not (talk|speak|continue|go on) (any more|anymore)? | quit talking | not now | whoa | do not say (any more|anymore)`,
    "hang-up": `(hang|hanging) up (the (phone|call|line))? | goodbye | bye | bye bye | byebye | (goodbye|bye) for now | see (you|ya) (later|soon|tomorrow|then|next time|around)? | talk to you (later|soon|tomorrow)
      | (end|finish|close|terminate|stop|leave|drop|quit|ending) (the|this|our|my)? (call|conversation|session|chat) | disconnect (the call|me|us|now)? | end call | we are done here goodbye | take care | farewell | cheerio`,
    repeat: `repeat ($IT|$LAST|yourself|what you (just)? said|what you were saying|the whole thing|everything)? $AGAIN? | repeating ($IT|$LAST|yourself|what you said)?
      | (say|saying) ($IT|$LAST|what you (just)? said) $AGAIN | say again | say $AGAIN | $AGAIN | come again | (i)? beg your pardon | pardon (me)? | (tell|give) me (that|it|the answer)? $AGAIN | (tell|give) (that|it) to me $AGAIN
      | (can|could|may) i (hear|have|get) ($IT|$LAST) $AGAIN | hear ($IT|$LAST) $AGAIN | run that by me $AGAIN | go over ($IT|$LAST) $AGAIN
      | what (did|do|was|were|is) (it)? you (just)? (say|said|saying|tell me) | what did you say (just now|there|again)? | what was (that|it|the answer|the last (part|little|thing|one)) $AGAIN? | sorry what | what sorry | sorry what was that | what did i miss
      | i (did not|could not|can not|do not|did nt) (quite|really)? (hear|catch|get|understand|follow) ($IT|you|$LAST|what you said|a word|all of that|everything) | (did not|could not) (quite)? (hear|catch|get) ($IT|you|what you said) | i (have)? missed ($IT|$LAST|what you said) | missed that | once again | one more time | i forgot what you said`,
    "repeat-asked":
      "sorry|what|huh|eh|hm|excuse me|what now|how was that|you said|you said what|say what|what is that again",
    "slower-again": `(repeat|say|tell me|read|explain) ($IT|$LAST|what you (just)? said)? ($AGAIN)? (but|and|just)* $MUCH (slower|slowly|more slowly) | (slower|slowly|more slowly) $AGAIN | $MUCH (slower|slowly|more slowly) and (repeat|say) $IT? ($AGAIN)? | (slow down|speak slower|speak more slowly|go slower) and (repeat|say) $IT? ($AGAIN)? | $AGAIN (but)? $MUCH (slower|slowly|more slowly)`,
    "faster-again": `(repeat|say|tell me|read|explain) ($IT|$LAST|what you (just)? said)? ($AGAIN)? (but|and|just)* $MUCH (faster|quicker|more quickly) | $AGAIN (but)? $MUCH (faster|quicker|more quickly)`,
    slower: `$TALK? $MUCH (slower|slowly|more slowly|slow) | (slow|slowing) ($IT|yourself|your (speech|voice))? down $MUCH ($IT|your (speech|voice))? | slow down | slowly | $TALKING $MUCH (slower|more slowly)
      | (that|this|it|you|you are|that is|it is|it was|that was|you talk|you speak) $MUCH? (is|are|was|were)? ($TALKING)? (too|so) fast | too fast | not so fast | less fast | (at)? a slower (pace|speed|rate) | slower speech
      | (reduce|lower|decrease|turn down) (the|your)? (speech|speaking|talking)? (speed|rate|pace|tempo) | use a slower (voice|speed|pace) | take it slower | take your time | (do not|not) (speak|talk|go) (so|that|too) (fast|quickly)`,
    faster: `$TALK? $MUCH (faster|quicker|more quickly|quickly) | (speed|speeding) ($IT|your (speech|voice))? up $MUCH ($IT|your (speech|voice))? | hurry up | $TALKING $MUCH (faster|quicker|more quickly)
      | (that|this|it|you|you are|that is|it is|it was|that was|you talk|you speak) $MUCH? (is|are|was|were)? ($TALKING)? (too|so) slow | too slow | not so slow | not so slowly | (at)? a (faster|quicker) (pace|speed|rate) | faster speech
      | (increase|raise|turn up) (the|your)? (speech|speaking|talking)? (speed|rate|pace|tempo) | use a faster (voice|speed|pace) | (do not|not) (speak|talk|go) (so|that|too) (slow|slowly)`,
    shorter: `no more (detail|details|information|words|of that|talking) | $MUCH (shorter|briefer) (answer|answers|replies|sentences|version|responses|descriptions)? | (be)? $MUCH (brief|briefer|concise|more brief|more concise|less verbose|less wordy|terser|to the point) | keep (it|that|your answers|the answers|answers) $MUCH (short|shorter|brief|simple|concise) | (give me|use|i want|with)? $MUCH (a)? (short|shorter|brief|briefer) (answer|answers|version|sentences|replies|one|ones|responses|descriptions) | make (it|that|them|your answers|the answers) $MUCH (shorter|briefer|short)
      | (with|give me|use|say)? (less|fewer) (detail|details|words|talk|talking|information|text|sentences|wordy|verbose) | (that|it|you|this|your answers|your answer) (is|was|are|were) $MUCH (too|so) (long|much|wordy|verbose|detailed|chatty|talkative) | too (long|much|wordy|verbose|detailed|much detail|many words|much information|much talking|chatty) | not so (long|much|detailed|wordy|verbose) | (talk|say|speak) less | (answer|speak|talk) (more)? (briefly|shorter|short|concisely) | in (short|brief|fewer words) | cut it short | get to the point | (do not|not) (talk|say) so much`,
    "longer-answers": `(give me|use|i want)? $MUCH longer (answers|replies|descriptions|sentences|responses) | make (your|the) answers $MUCH longer | use $MUCH more (words|detail|details) | (be)? $MUCH more (detailed|specific|precise|thorough|verbose) | $MUCH (more|greater) (detail|details|words) $FROM_NOW | (tell|give) me more $FROM_NOW | (answer|speak|describe things) in more detail $FROM_NOW?`,
    more: `$MUCH (more|longer) | (tell|give) me $MUCH (more|more details|more detail|more information) (about (it|that|this))? | (say|explain|know|hear) $MUCH more (about (it|that|this))? | $MUCH more (details|detail|information|info|of that|of it|about that|about it|about this|words) (about (it|that|this))? | (in)? $MUCH (more|greater) detail | use $MUCH more (words|detail|details)
      | (go|going|carry|keep) on (with that|talking)? | continue (with that|talking|speaking)? | continuing | keep (going|talking) | go ahead | what else | anything else | and what else | elaborate (on (that|it|this))? | expand (on (that|it|this))? | not so (short|brief) | too (short|brief) | (that|it) (is|was) too (short|brief) | a longer (answer|version|one) | make it longer | i want more | and more`,
    spell: `(spell|spelling) ($IT|them|him|her|this one|that one|out)? (out)? ($IT)? | (spell|spelling) (out)? (the|that|this) (last|first|whole)? (name|word|words|number|text|title|code) (out)? | how (do|would|did|can) (you|i|we|one) spell ($IT|the (name|word)|that (name|word)|this (name|word)) | how (is|was) ($IT|the name|the word|that name|that word) (spelled|spelt|written) | (what is|give me) the spelling (of that|of it|of the name)? | letter by letter | one letter at a time | (say|read) $IT letter by letter`,
    "just-text": `(just|only) (the)? (text|captions|subtitles|writing) | (the)? (text|captions|subtitles) only | (use|send|show|write|give me) (me)? (just|only) (the)? (text|captions|subtitles) | (switch|turn) off $VOICE | (switch|turn) $VOICE off | (voice|speech|sound|audio) off | mute (yourself|the voice|your voice|your speech) | (no|without) (voice|speech|sound|audio) | (switch|change) to text (only)? (mode)? | text mode | silent mode | (do not|not) speak (just|only) write | (just|only) write (it)? (down)?`,
    "voice-again": `(voice|speech|sound|audio) (back)? on | (switch|turn) (back)? on $VOICE (back)? | (switch|turn) $VOICE (back)? on | (speak|talk) (to me)? (again|aloud|out loud) | start (speaking|talking) (again)? | unmute (yourself|the voice|your voice)? | with (voice|speech|sound) | use your voice (again)? | (switch|change|go) (back)? to (voice|speech) (mode)? | voice mode | (speak|talk) to me | read (the|your) answers (aloud|out loud|to me) (again)?`,
    ledger: `(what|which $MINE) (did|do|have|has|had) (you|it|this app) (just)? $SENT ($PLACE|in this call|about me|so far|and where|and to whom|of mine)* | (what|(which)? $MINE) (was|were|is|has been|have been|got|gets|are) (just)? $SENT ($PLACE|in this call|so far|and where)*
      | (where|to whom) (did|do|have|has) you $SENT ($MINE|it|that|this|them|what i (said|say)) (to)? (in this call|so far)? | (where|to whom) (was|were|is|are|has|have) ($MINE|it|that|this) (been)? (sent|going|shared|gone|uploaded|transmitted)? | where (do|does|did) ($MINE|it) go (to)?
      | (who|whom) (got|gets|saw|sees|has|heard|hears|received|receives|has seen|can see|can hear) $MINE | (did|do|have) you $SENT ($MINE|anything|something|it|that) ($PLACE|in this call)* | (was|were|is|are|has|have) ($MINE|anything|something) (been)? (sent|shared|uploaded) $PLACE | (what|did anything|has anything|did something) (left|leave|leaves|has left) $HERE | (open|read|show|tell|give|hear|check) (me)? (the|my)? privacy (ledger|log|report|record) | (the)? privacy (ledger|log|report|record) | what (was|is|went|goes) sent? where | (tell|show) me (what|where) you sent ($MINE|it|where|what)? (where)?`,
  },
};
