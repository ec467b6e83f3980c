import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { answerableBy, chooseRoute, type RouteFacts } from "../../../orchestrator/turn/choose-route.ts";
import type { VerdictReason } from "../../../orchestrator/turn/turn.ts";
import { frameOf, needOf, personVerdict, verdictOf } from "../../standins/turn.ts";

const frame = frameOf();
const clear = verdictOf(frame);
const person = personVerdict(frame);
const unknown = (reason: VerdictReason) => verdictOf(frame, { value: "unknown", reason });

const base: RouteFacts = {
  policy: "person-local",
  privateToCloud: "never",
  need: needOf(),
  verdict: clear,
  clear: true,
  fromScreen: false,
  nothingToSee: false,
  localUp: true,
  cloudUp: true,
  lastAnswerLocal: false,
  keptHere: false,
};
const noPicture = { need: needOf({ value: false }), verdict: undefined, clear: false } as const;
const withPerson = { verdict: person, clear: false } as const;

describe("the route table, row for row", () => {
  it.each<[string, Partial<RouteFacts>, string]>([
    ["no frame needed", noPicture, "cloud no-frame-needed"],
    ["no frame needed, cloud down", { ...noPicture, cloudUp: false }, "local cloud-unavailable"],
    [
      "no frame needed, both down",
      { ...noPicture, cloudUp: false, localUp: false },
      "none cloud-unavailable",
    ],
    ["no frame needed after a local answer", { ...noPicture, lastAnswerLocal: true }, "local follows-local"],
    [
      "the same, local down",
      { ...noPicture, lastAnswerLocal: true, localUp: false },
      "none local-unavailable",
    ],
    ["no frame needed, in part asked here before", { ...noPicture, keptHere: true }, "local follows-local"],
    ["clear, in part asked here before", { keptHere: true }, "local follows-local"],
    ["the same, local down", { keptHere: true, localUp: false }, "describer local-unavailable"],
    ["person", withPerson, "local person-in-frame"],
    ["bad picture", { verdict: unknown("bad-quality"), clear: false }, "local gate-unknown"],
    ["uncertain", { verdict: unknown("uncertain"), clear: false }, "local gate-unknown"],
    ["gate gone", { verdict: unknown("gate-unreachable"), clear: false }, "local gate-unavailable"],
    ["gate late", { verdict: unknown("gate-timeout"), clear: false }, "local gate-unavailable"],
    ["clear", {}, "cloud no-person"],
    ["clear, cloud down", { cloudUp: false }, "local cloud-unavailable"],
    ["clear, both down", { cloudUp: false, localUp: false }, "describer cloud-unavailable"],
    ["clear word, but no clear picture could be made", { clear: false }, "local gate-unknown"],
    ["reading", { need: needOf({ reading: true }) }, "local reading-local"],
    [
      "reading, local down",
      { need: needOf({ reading: true }), localUp: false },
      "describer local-unavailable",
    ],
    [
      "reading, local down, allowed",
      { need: needOf({ reading: true }), localUp: false, privateToCloud: "reading" },
      "cloud local-unavailable",
    ],
    [
      "reading, local down, only screens allowed",
      { need: needOf({ reading: true }), localUp: false, privateToCloud: "screen" },
      "describer local-unavailable",
    ],
    ["screen share", { fromScreen: true }, "local screen-local"],
    [
      "screen share, local down, allowed",
      { fromScreen: true, localUp: false, privateToCloud: "all" },
      "cloud local-unavailable",
    ],
    ["no camera", { verdict: undefined, clear: false }, "none no-frame-available"],
    ["a picture that shows nothing", { nothingToSee: true, clear: false }, "none nothing-to-see"],
    ["the same, all stays local", { nothingToSee: true, policy: "local-only" }, "none nothing-to-see"],
    ["a question that needs none", { ...noPicture, nothingToSee: true }, "cloud no-frame-needed"],
    ["person, local down", { ...withPerson, localUp: false }, "describer local-unavailable"],
    [
      "gate gone, local down",
      { verdict: unknown("gate-unready"), clear: false, localUp: false },
      "none local-unavailable",
    ],
    ["local-first, clear", { policy: "local-first" }, "local local-first"],
    ["local-first, text", { policy: "local-first", ...noPicture }, "local local-first"],
    ["local-first, clear, local down", { policy: "local-first", localUp: false }, "cloud local-unavailable"],
    [
      "local-first, person, local down",
      { policy: "local-first", ...withPerson, localUp: false },
      "describer local-unavailable",
    ],
    [
      "local-first, text after a local answer, local down",
      { policy: "local-first", ...noPicture, lastAnswerLocal: true, localUp: false },
      "none local-unavailable",
    ],
    ["local-only, clear", { policy: "local-only" }, "local local-only"],
    ["local-only, local down", { policy: "local-only", localUp: false }, "describer local-only"],
    [
      "local-only, text, local down",
      { policy: "local-only", ...noPicture, localUp: false },
      "none local-only",
    ],
  ])("%s", (_row, facts, expected) => {
    const route = chooseRoute({ ...base, ...facts });
    expect(`${route.engine} ${route.reason}`).toBe(expected);
  });
});

describe("who may answer once it is up", () => {
  it.each<[string, Partial<RouteFacts>, string[]]>([
    ["a question without a picture", noPicture, ["local", "cloud"]],
    ["one that follows a local answer", { ...noPicture, lastAnswerLocal: true }, ["local"]],
    ["a clear picture", {}, ["local", "cloud"]],
    ["a person", withPerson, ["local"]],
    ["a picture while the gate is gone", { verdict: unknown("gate-unreachable"), clear: false }, ["local"]],
    ["paper", { need: needOf({ reading: true }) }, ["local"]],
    ["paper that may leave", { need: needOf({ reading: true }), privateToCloud: "all" }, ["local", "cloud"]],
    ["all stays local", { policy: "local-only" }, ["local"]],
    ["no camera", { verdict: undefined, clear: false }, []],
  ])("%s", (_what, facts, engines) => {
    for (const isUp of [true, false]) {
      expect(answerableBy({ ...base, ...facts, localUp: isUp, cloudUp: isUp })).toEqual(engines);
    }
  });
});

const anyFacts: fc.Arbitrary<RouteFacts> = fc.record({
  policy: fc.constantFrom("person-local", "local-first", "local-only"),
  privateToCloud: fc.constantFrom("never", "reading", "screen", "all"),
  need: fc.record({
    value: fc.boolean(),
    reason: fc.constant("x"),
    reading: fc.boolean(),
    screen: fc.boolean(),
  }),
  verdict: fc.constantFrom(undefined, clear, person, unknown("uncertain"), unknown("gate-unreachable")),
  clear: fc.boolean(),
  fromScreen: fc.boolean(),
  nothingToSee: fc.boolean(),
  localUp: fc.boolean(),
  cloudUp: fc.boolean(),
  lastAnswerLocal: fc.boolean(),
  keptHere: fc.boolean(),
});

describe("whatever the facts", () => {
  it("the cloud sees a picture only with a clear one in hand, and never under local-only", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { engine } = chooseRoute(facts);
        if (engine !== "cloud") return;
        expect(facts.policy).not.toBe("local-only");
        expect(facts.cloudUp).toBe(true);
        if (facts.verdict) expect(facts.clear).toBe(true);
        else expect(facts.lastAnswerLocal).toBe(false);
        expect(facts.keptHere).toBe(false);
      }),
    );
  });

  it("an engine that is down is never chosen", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { engine } = chooseRoute(facts);
        if (engine === "local") expect(facts.localUp).toBe(true);
        if (engine === "describer") expect(facts.verdict).toBeDefined();
      }),
    );
  });
});
