import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { createConversation } from "../../../orchestrator/turn/conversation.ts";
import { estimateTokens } from "../../../orchestrator/turn/history-budget.ts";
import { jpegOf, pastOf } from "../../standins/turn.ts";

const budgetOf = (tokens: number, pictures = Infinity) => ({ tokens, pictures });
const withPicture = (question: string) => pastOf({ question, jpeg: jpegOf(question) });

describe("a conversation", () => {
  it("gives snapshots that later turns do not change", () => {
    const conversation = createConversation("call");
    conversation.commit(pastOf());
    const before = conversation.snapshot();
    conversation.commit(pastOf());
    expect(before).toHaveLength(1);
    expect(conversation.snapshot()).toHaveLength(2);
  });

  it("under the budget nothing changes, so that the prefix stays warm", () => {
    const conversation = createConversation("call");
    conversation.commit(withPicture("one"));
    const before = conversation.snapshot();
    expect(conversation.compact(budgetOf(14_000))).toBe(false);
    expect(conversation.snapshot()).toBe(before);
  });

  it("over it the oldest pictures give way to their answers, the newest stays", () => {
    const conversation = createConversation("call");
    for (const name of ["one", "two", "three", "four"]) conversation.commit(withPicture(name));
    expect(conversation.compact(budgetOf(1200))).toBe(true);
    const after = conversation.snapshot();
    expect(after.map(({ jpeg }) => jpeg !== null)).toEqual([false, false, false, true]);
    expect(after.map(({ answer }) => answer)).toEqual(["A cup.", "A cup.", "A cup.", "A cup."]);
  });

  it("a shorter history is planned, is due near it, grows along, and answers once it is adopted", () => {
    const conversation = createConversation("call");
    const budget = budgetOf(14_000, 5);
    for (const name of ["one", "two", "three"]) conversation.commit(withPicture(name));
    expect([conversation.plan(budget), conversation.isDue()]).toEqual([true, false]);
    conversation.commit(withPicture("four"));
    const long = conversation.snapshot();
    expect([conversation.plan(budget), conversation.isDue()]).toEqual([true, true]);
    const plan = conversation.planned();
    expect(conversation.plan(budget)).toBe(true);
    expect(conversation.planned()).toBe(plan);
    expect(conversation.compact(budget)).toBe(false);
    expect(conversation.snapshot()).toBe(long);
    conversation.commit(pastOf({ question: "five" }));
    expect(conversation.snapshot()).toHaveLength(5);
    expect(conversation.planned()?.map(({ jpeg }) => jpeg !== null)).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
    conversation.adopt();
    expect(conversation.snapshot().slice(0, 4)).toEqual(plan);
    expect(conversation.snapshot().at(-1)?.question).toBe("five");
    expect([conversation.planned(), conversation.isDue()]).toEqual([undefined, false]);
  });

  it("has no shorter one while it shows one picture", () => {
    const conversation = createConversation("call");
    for (const turn of [withPicture("one"), pastOf()]) conversation.commit(turn);
    expect(conversation.plan(budgetOf(14_000, 5))).toBe(false);
  });

  it("over it the planned history is taken, warm or not", () => {
    const conversation = createConversation("call");
    const budget = budgetOf(14_000, 4);
    for (const name of ["one", "two", "three", "four"]) conversation.commit(withPicture(name));
    conversation.plan(budget);
    conversation.commit(withPicture("five"));
    const plan = conversation.planned();
    expect(conversation.compact(budget)).toBe(true);
    expect(conversation.snapshot()).toBe(plan);
  });

  it("never forgets that the last answer was private, whatever notices came after it", () => {
    const conversation = createConversation("call");
    conversation.commit(pastOf({ answer: "An older one." }));
    conversation.commit(pastOf({ question: "x".repeat(4000), answer: "A private one.", engine: "local" }));
    conversation.commit(pastOf({ answer: "I can't answer right now.", engine: "none" }));
    conversation.commit(pastOf({ answer: "I can't answer right now.", engine: "none" }));
    expect(conversation.compact(budgetOf(1024))).toBe(true);
    expect(conversation.snapshot().map(({ engine }) => engine)).toEqual(["local", "none"]);
  });

  it("always keeps the last turn and ends under the budget", () => {
    const turns = fc.array(fc.record({ picture: fc.boolean(), answer: fc.string({ maxLength: 400 }) }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(turns, fc.integer({ min: 1024, max: 8000 }), (list, budget) => {
        const conversation = createConversation("call");
        for (const { picture, answer } of list) {
          conversation.commit(pastOf({ answer, jpeg: picture ? jpegOf(answer) : null }));
        }
        conversation.compact(budgetOf(budget));
        const after = conversation.snapshot();
        expect(after.at(-1)?.answer).toBe(list.at(-1)?.answer);
        expect(estimateTokens(after)).toBeLessThanOrEqual(budget);
      }),
    );
  });
});
