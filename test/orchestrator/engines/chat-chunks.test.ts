import { describe, expect, it } from "vitest";
import { createChatReader } from "../../../orchestrator/engines/chat-chunks.ts";
import { delta, finish, role, usage } from "../../standins/openai-server.ts";

const unknown = { promptTokens: null, cachedTokens: null, completionTokens: null };
const hello = [
  { type: "text-delta", text: "Hel" },
  { type: "text-delta", text: "lo" },
];

describe("chat completion chunks", () => {
  it("give text, and at the end the usage", () => {
    expect(
      read(
        role,
        delta({ content: "Hel" }),
        delta({ content: "lo" }),
        finish("stop"),
        usage(40, 32, 2),
        "[DONE]",
      ),
    ).toEqual({
      events: [
        ...hello,
        {
          type: "finish",
          reason: "stop",
          usage: { promptTokens: 40, cachedTokens: 32, completionTokens: 2 },
        },
      ],
    });
  });

  it.each([
    ["without choices", { id: "x" }],
    ["with choices that are null", { choices: null }],
    ["with no choice", { choices: [] }],
    ["with content that is null", delta({ content: null })],
    ["with an empty content", delta({ content: "" })],
    ["with reasoning", delta({ reasoning: "Hm.", reasoning_content: "Hm." })],
    ["without a delta", { choices: [{ index: 0 }] }],
    ["with an error that is null", { error: null, choices: [] }],
    ["of another choice", { choices: [{ index: 1, delta: { content: "no" }, finish_reason: "abort" }] }],
    ["with a usage that is none", { choices: [], usage: { prompt_tokens: "many" } }],
  ])("are skipped %s", (_name, chunk) => {
    expect(
      read(chunk, delta({ content: "Hel" }), chunk, delta({ content: "lo" }), finish("stop"), "[DONE]"),
    ).toEqual({
      events: [...hello, { type: "finish", reason: "stop", usage: unknown }],
    });
  });

  it("take the last usage of a server that counts on the way", () => {
    const counted = {
      ...delta({ content: "Hi" }),
      usage: { prompt_tokens: 40, completion_tokens: 1, prompt_tokens_details: null },
    };
    const { events } = read(counted, finish("stop"), usage(40, 16, 2), "[DONE]");
    expect(events.at(-1)).toMatchObject({
      usage: { promptTokens: 40, cachedTokens: 16, completionTokens: 2 },
    });
  });

  it("take text that comes with the finish", () => {
    expect(read(finish("stop", { content: "Hi" }), "[DONE]").events[0]).toEqual({
      type: "text-delta",
      text: "Hi",
    });
  });

  it.each([
    ["refusal", [delta({ refusal: "I can't" }), finish("stop")]],
    ["content-filter", [finish("content_filter")]],
    ["content-filter", [delta({ refusal: "I can't" }), finish("content_filter")]],
    ["length", [delta({ content: "The" }), finish("length")]],
  ])("end with the outcome %s", (reason, chunks) => {
    expect(read(role, ...chunks, "[DONE]").events.at(-1)).toEqual({ type: "finish", reason, usage: unknown });
  });

  it.each([
    ["done-without-finish", "server", [role, delta({ content: "Hi" }), "[DONE]"]],
    ["done-without-finish", "server", ["[DONE]"]],
    ["empty-answer", "server", [role, finish("stop"), "[DONE]"]],
    ["empty-answer", "server", [role, finish("length"), "[DONE]"]],
    ["abort", "server", [delta({ content: "Hi" }), finish("abort")]],
    ["repetition", "server", [delta({ content: "Hi" }), finish("repetition")]],
    ["unknown-finish", "server", [delta({ content: "Hi" }), finish("tool_calls")]],
    ["decode", "server", ["{"]],
    ["decode", "server", ["null"]],
    ["decode", "server", ["42"]],
    ["decode", "server", ["[]"]],
    ["decode", "server", [{ choices: "none" }]],
    ["decode", "server", [delta({ content: ["parts"] })]],
    ["decode", "server", [delta({ content: 3 })]],
    ["midstream-error", "server", [{ error: { message: "Internal server error", code: 500 } }]],
    ["midstream-error", "server", [{ error: "overloaded" }]],
    ["midstream-error", "server", [{ object: "error", message: "no", code: null }]],
    ["midstream-error", "server", [{ error: { message: "no" }, choices: "none" }]],
    ["midstream-error", "at-capacity", [{ error: { message: "busy", code: 503 } }]],
    ["midstream-error", "invalid-request", [{ error: { message: "no", code: 400 } }]],
    ["midstream-error", "unauthorized", [{ error: { message: "no", code: "401" } }]],
  ])("end in %s (%s)", (code, category, chunks) => {
    expect(read(...chunks).error).toMatchObject({ code, category });
  });
});

function read(...chunks: readonly unknown[]): { events: unknown[]; error?: unknown } {
  const reader = createChatReader("local");
  const events: unknown[] = [];
  try {
    for (const chunk of chunks) {
      const data = typeof chunk === "string" ? chunk : JSON.stringify(chunk);
      for (const event of reader.read(data)) events.push(event);
    }
    expect(reader.done).toBe(true);
    return { events };
  } catch (error) {
    return { events, error };
  }
}
