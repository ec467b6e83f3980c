import type { CallEvent } from "../orchestrator/session/call-events.ts";

/** Something that was said. */
export type Utterance =
  | {
      readonly who: "caller";
      readonly id: string;
      readonly text: string;
      /** The words will not change any more. */
      readonly final: boolean;
      readonly typed: boolean;
    }
  | {
      readonly who: "assistant";
      readonly id: string;
      /** As generated; once it is over: as heard. */
      readonly text: string;
      /** How much of it was spoken so far. */
      readonly spoken: string;
      readonly state: "running" | "complete" | "interrupted";
    };

export type Conversation = readonly Utterance[];

/** Utterances that are kept; older ones are dropped. */
const KEPT = 200;

/** The conversation with a typed question at its end. */
export function addTyped(conversation: Conversation, id: string, text: string): Conversation {
  return append(conversation, { who: "caller", id, text, final: true, typed: true });
}

/** The conversation after an event. */
export function hearEvent(conversation: Conversation, event: CallEvent): Conversation {
  switch (event.type) {
    case "heard":
      return hear(conversation, event);
    case "caption":
      return answer(conversation, event.turn, (was) => ({ ...was, text: was.text + event.text }));
    case "spoken":
      return answer(conversation, event.turn, (was) => {
        const spoken = was.spoken + event.text;
        return {
          ...was,
          spoken,
          text: was.text.startsWith(spoken) || was.text.length > spoken.length ? was.text : spoken,
        };
      });
    case "answer-end":
      return answer(conversation, event.turn, (was) => ({
        ...was,
        text: event.text,
        spoken: event.text,
        state: event.interrupted ? "interrupted" : "complete",
      })).filter((utterance) => utterance.text !== "");
    case "state":
    case "turn":
    case "hint":
    case "speech":
    case "rate":
    case "text-only":
    case "ended":
      return conversation;
  }
}

/** Nothing is running any more: the call is over. */
export function settle(conversation: Conversation): Conversation {
  return conversation.map((was) =>
    was.who === "assistant" && was.state === "running" ? { ...was, state: "interrupted" } : was,
  );
}

/** The text of the last answer; empty when there is none. */
export function lastAnswer(conversation: Conversation): string {
  return conversation.findLast(({ who }) => who === "assistant")?.text ?? "";
}

type Answer = Extract<Utterance, { who: "assistant" }>;

function answer(conversation: Conversation, id: string, change: (was: Answer) => Answer): Conversation {
  const at = conversation.findLastIndex((utterance) => utterance.who === "assistant" && utterance.id === id);
  const was = conversation[at];
  if (was?.who !== "assistant")
    return append(conversation, change({ who: "assistant", id, text: "", spoken: "", state: "running" }));
  return was.state === "running" ? conversation.with(at, change(was)) : conversation;
}

/** A typed question that the server repeats as heard is there already. */
function hear(conversation: Conversation, event: Extract<CallEvent, { type: "heard" }>): Conversation {
  const { segment: id, text, final } = event;
  const at = conversation.findLastIndex((was) => was.who === "caller" && was.id === id);
  const heard: Utterance = { who: "caller", id, text, final, typed: false };
  if (at >= 0) {
    const rest = conversation.toSpliced(at, 1);
    return text === "" ? rest : conversation.with(at, heard);
  }
  const last = conversation.at(-1);
  const repeated = last?.who === "caller" && last.typed && last.text === text;
  return text === "" || repeated ? conversation : append(conversation, heard);
}

function append(conversation: Conversation, utterance: Utterance): Conversation {
  return [...conversation.slice(1 - KEPT), utterance];
}
