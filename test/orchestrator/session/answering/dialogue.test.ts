import { afterEach, expect, test } from "vitest";
import { createDialogue, type Dialogue } from "../../../../orchestrator/session/answering/dialogue.ts";
import type { Answer } from "../../../../orchestrator/session/answering/answer.ts";
import { createManner } from "../../../../orchestrator/session/manner.ts";
import { createConversation } from "../../../../orchestrator/turn/conversation.ts";
import { NOTHING_BEFORE } from "../../../../orchestrator/turn/spans.ts";
import { startTestCall, type TestCall } from "../../../standins/call/call.ts";

let call: TestCall | undefined;
let dialogue: Dialogue | undefined;

afterEach(async () => {
  dialogue?.close();
  await call?.close();
});

/** A dialogue on a stage that performs as `perform` says, and what it was given to perform. */
async function open(options: {
  readonly perform: () => Promise<number>;
  readonly onIdle?: (dialogue: Dialogue) => void;
}) {
  call = await startTestCall("Yes.", { deaf: true });
  const { deps, speaker } = call;
  const performed: { readonly answer: Answer; readonly question: string }[] = [];
  const none = (): void => {};
  const opened: Dialogue = createDialogue({
    deps,
    call: { id: "call", caller: "caller", transport: "livekit", speaker, onEvent: none },
    conversation: createConversation("call"),
    ports: deps.ports(deps.createRing()),
    manner: createManner(deps),
    stage: {
      perform(answer, question) {
        performed.push({ answer, question });
        return options.perform();
      },
      hear: none,
      stop: () => 0,
      pause: none,
      resume: none,
      playedMs: () => 0,
      tone: none,
      close: async () => {},
    },
    ledger: { answered: none, listened: none, sentAhead: none },
    takeHeardBy: () => [],
    takeBefore: () => NOTHING_BEFORE,
    speaking: () => false,
    tone: none,
    emit: none,
    giveWay: none,
    onChosen: none,
    onPastChanged: none,
    onAsked: none,
    onOwed: none,
    onIdle: () => options.onIdle?.(opened),
    onVoice: none,
  });
  dialogue = opened;
  return { dialogue: opened, performed };
}

const ask = (to: Dialogue, question: string): void =>
  to.ask(question, { typed: true, endedAtMs: performance.now() });

test("an answer that cannot be performed is not made any further", async () => {
  const { dialogue, performed } = await open({ perform: () => Promise.reject(new Error("no stage")) });
  ask(dialogue, "What is this?");
  await expect.poll(() => dialogue.live()).toBeUndefined();
  expect(performed[0]?.answer.signal.aborted).toBe(true);
});

test("who waited for the floor gets it behind what is said next, and is not cut off by it", async () => {
  const over: (() => void)[] = [];
  let waiting = true;
  const { dialogue, performed } = await open({
    perform: () => new Promise((resolve) => over.push(() => resolve(100))),
    onIdle(idle) {
      if (waiting) ask(idle, "What is this?");
      waiting = false;
    },
  });
  dialogue.say("Louder.", "command");
  dialogue.say("Slower.", "command");
  await Promise.resolve();
  expect(waiting).toBe(true);
  over.at(-1)?.();
  await expect.poll(() => dialogue.live()?.question).toBe("What is this?");
  expect(performed).toHaveLength(3);
  expect(performed.at(-1)?.answer.signal.aborted).toBe(false);
});
