import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { detectorFacts } from "../../../orchestrator/turn/facts.ts";
import { localPrompt } from "../../../orchestrator/turn/prompt.ts";
import type { Engine } from "../../../orchestrator/turn/ports.ts";
import type { PastTurn, Prompt, TurnSettings } from "../../../orchestrator/turn/turn.ts";
import { frameOf, gateOf, personVerdict, saying, settingsOf } from "../turn.ts";
import { startTestCall, type TestCall } from "./call.ts";
import { ringShowing, showCamera } from "./camera.ts";
import { type Baseline, startPlainCall } from "./plain-call.ts";
import type { Room } from "./room.ts";
import { createFakeVoice } from "./voice.ts";

/** What a caller says in a trial: two parts with a pause between them that is shorter than an endpoint. */
const PARTS = {
  text: [
    ["Tell me", "a joke please"],
    ["I wonder", "how you are today"],
    ["Could you say", "something nice"],
    ["Give me", "three good names"],
    ["Explain", "how bread is made"],
    ["Why is it", "that cats purr"],
  ],
  picture: [
    ["What is that", "in front of me"],
    ["Can you see", "what is on the table"],
    ["Look around", "and describe the room"],
    ["Who is", "in this picture"],
  ],
} as const;
/** From the model's request to its first word, and from there to the voice's first sound. */
export const MODEL_MS = 100;
export const VOICE_MS = 80;
const FRAME_MS = 200;

/** The end of one utterance, and the answer to it. */
export interface EndpointTrial {
  /** Milliseconds of silence within the utterance. */
  readonly pauseMs: number;
  /** Milliseconds from the last sample to the last final. */
  readonly finalMs: number;
  /** First sound of the answer, in milliseconds after the strict silence; negative is early; NaN: none came. */
  readonly lateMs: number;
  /** The answer began before the utterance was over. */
  readonly intoPause: boolean;
  /** The answer was to all that was said, byte for byte as if nothing had been computed ahead. */
  readonly whole: boolean;
}

export interface EndpointOptions {
  readonly calls: number;
  readonly perCall: number;
  readonly pausesMs: readonly [number, number];
  /** From the end of each part to its final. Default: 150 to 250. */
  readonly finalsMs?: readonly [number, number];
  /** Samples in a frame. Default: 20 ms of them. */
  readonly frame?: number;
  /** Where the callers are. Default: in quiet rooms. */
  readonly room?: Room;
  /** Of their lines; see `CallerOptions`. */
  readonly jitterMs?: number;
  /** Questions about the picture of a camera that shows a person. Default: text. */
  readonly kind?: keyof typeof PARTS;
  /** Pictures of the past that a prompt shows at most. Default: as many as in a call. */
  readonly localPictures?: number;
  /** A bare `AgentSession` with the same model and voice in place of our call. */
  readonly baseline?: Baseline;
}

/** Something that can be talked to, whoever decides its turns. */
interface Talk extends Pick<TestCall, "caller" | "speaker" | "quiet" | "close"> {
  /** Resolves when an answer has been said; false: none came. */
  answered(): Promise<boolean>;
  /** Whether what was said last answered these words, and nothing less or more. */
  isAnswerTo(question: string): boolean;
}

/** Utterances with inner pauses, spoken into several calls of one process at once. */
export async function endpointTrials(options: EndpointOptions): Promise<readonly EndpointTrial[]> {
  const all = await Promise.all(
    Array.from({ length: options.calls }, async (_, at) => {
      await delay(at * 130);
      const talk = await (options.baseline ? plainTalk(options, options.baseline) : ourTalk(options, at));
      return endpointCall(talk, options, at);
    }),
  );
  return all.flat();
}

const STRICT_MS = 500;

async function endpointCall(
  talk: Talk,
  { perCall, pausesMs, finalsMs = [150, 250], kind = "text" }: EndpointOptions,
  seed: number,
): Promise<readonly EndpointTrial[]> {
  const between = ([least, most]: readonly [number, number]): number =>
    least + Math.random() * (most - least);
  const parts = PARTS[kind];
  const trials: EndpointTrial[] = [];
  try {
    await delay(1500);
    for (let at = 0; at < perCall; at++) {
      const [first, second] = parts[(at + seed) % parts.length] ?? parts[0];
      const pauseMs = Math.round(between(pausesMs));
      const finalMs = between(finalsMs);
      const { caller, speaker } = talk;
      const endedAtMs = await caller.say(`${first} ${second}`, {
        pausesMs: { [first.split(" ").length - 1]: pauseMs },
        parts: [first, second],
        finalMs,
      });
      const answered = await talk.answered();
      const firstAtMs = speaker.firstAtMs(caller.beganAtMs()) ?? Number.NaN;
      trials.push({
        pauseMs,
        finalMs,
        lateMs: firstAtMs - endedAtMs - STRICT_MS,
        intoPause: firstAtMs < endedAtMs,
        whole: answered && talk.isAnswerTo(`${first} ${second}`),
      });
      await talk.quiet(400);
    }
  } finally {
    await talk.close();
  }
  return trials;
}

/** Our call, with an engine whose answer is a hash of the whole prompt. */
async function ourTalk(options: EndpointOptions, seed: number): Promise<Talk> {
  const { frame, room, jitterMs, localPictures, kind = "text" } = options;
  const id = `call-${seed}`;
  const prompts: Prompt<unknown>[] = [];
  const engine: Engine<never> = {
    available: () => true,
    prefill: async () => true,
    async *answer(prompt) {
      prompts.push(prompt);
      await delay(MODEL_MS);
      yield* saying(hashOf(prompt));
    },
  };
  const settings = settingsOf({ policy: "local-only", camera: kind === "picture" });
  const test = await startTestCall("", {
    voice: createFakeVoice({ firstMs: VOICE_MS, wordMs: 100 }),
    call: { id },
    deps: {
      settings,
      ...(localPictures === undefined ? {} : { localPictures }),
      createRing: () => ringShowing({ gate: gateOf(personVerdict) }),
      ports: (camera) => ({ camera, gate: camera.gate, local: engine, cloud: undefined, describer: engine }),
    },
    frame,
    room,
    jitterMs,
  });
  const stopCamera = showCamera(test.call, { everyMs: FRAME_MS, isOn: () => kind === "picture" });
  let before: readonly PastTurn[] = [];
  return {
    ...test,
    async answered() {
      before = test.history();
      return test.next("answer-end", 15_000).then(
        () => true,
        () => false,
      );
    },
    isAnswerTo(question) {
      const said = test.history().at(-1)?.answer.trim();
      const prompt = prompts.find((each) => hashOf(each) === said);
      return prompt !== undefined && isUnspeculated(prompt, { id, question, before, settings });
    },
    async close() {
      stopCamera();
      await test.close();
    },
  };
}

/** Whether a prompt is, byte for byte, that of a turn which was started when all had been said. */
function isUnspeculated(
  prompt: Prompt<unknown>,
  asked: {
    readonly id: string;
    readonly question: string;
    readonly before: readonly PastTurn[];
    readonly settings: TurnSettings;
  },
): boolean {
  const last = prompt.messages.at(-1);
  const parts = last?.role === "user" ? last.parts : [];
  const picture = parts.find((part) => part.type === "picture")?.picture;
  const facts = detectorFacts(personVerdict(frameOf()), frameOf(), asked.settings.fieldOfViewDeg);
  const { id: conversationId, question, before: history, settings } = asked;
  const turn = { conversationId, question, history, settings, endedAtMs: 0 };
  return (
    hashOf(prompt) === hashOf(localPrompt(turn, picture ? { picture: picture as never, facts } : undefined))
  );
}

/** One word. */
function hashOf(prompt: Prompt<unknown>): string {
  return `x${createHash("sha256").update(JSON.stringify(prompt)).digest("hex").slice(0, 12)}.`;
}

async function plainTalk({ frame, room }: EndpointOptions, baseline: Baseline): Promise<Talk> {
  const plain = await startPlainCall({
    baseline,
    modelMs: MODEL_MS,
    voice: createFakeVoice({ firstMs: VOICE_MS, wordMs: 100 }),
    answer: "Yes.",
    frame,
    room,
  });
  return {
    ...plain,
    answered: () => plain.answered(15_000),
    isAnswerTo: (question) => plain.question() === question,
    quiet: (ms) => delay(2 * ms),
  };
}
