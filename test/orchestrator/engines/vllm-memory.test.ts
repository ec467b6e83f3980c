import { describe, expect, it } from "vitest";
import { createPurposeKeys } from "../../../orchestrator/engines/crypto.ts";
import { createVllmMemory } from "../../../orchestrator/engines/vllm-memory.ts";
import type { Jpeg } from "../../../orchestrator/turn/turn.ts";
import { pictureOf } from "./engine-fixture.ts";

const keys = createPurposeKeys("s".repeat(32));
const one = pictureOf("one");

describe("what a vLLM holds", () => {
  it("is what it answered for, in this conversation", () => {
    const memory = createVllmMemory(keys);
    expect(send(memory, "a", one)).toBe("bytes");
    expect(send(memory, "a", one)).toBe("id");
    expect(send(memory, "a", pictureOf("two"))).toBe("bytes");
    expect(send(memory, "b", one)).toBe("bytes");
    memory.forget("a");
    expect(send(memory, "a", one)).toBe("bytes");
    expect(send(memory, "b", one)).toBe("id");
  });

  it("is nothing before it answered", () => {
    const memory = createVllmMemory(keys);
    send(memory, "a", one, { isAnswered: false });
    expect(send(memory, "a", one)).toBe("bytes");
  });

  it("goes as bytes when that is asked for, or when the server takes no ids", () => {
    const memory = createVllmMemory(keys);
    send(memory, "a", one);
    expect(send(memory, "a", one, { withBytes: true })).toBe("bytes");
    memory.stopUsingIds();
    expect(send(memory, "a", one)).toBe("bytes");
  });

  it("is named by the bytes themselves, whatever their sha256 is said to be", () => {
    const request = createVllmMemory(keys).request("a", { withBytes: false });
    const lying = { ...pictureOf("two"), sha256: one.sha256 };
    expect(request.pictureId(lying)).not.toBe(request.pictureId(one));
    expect(request.pictureId({ ...one })).toBe(request.pictureId(one));
  });

  it("is forgotten of a long conversation, from its first picture on", () => {
    const memory = createVllmMemory(keys);
    for (let nth = 0; nth <= 256; nth++) send(memory, "a", pictureOf(`${nth}`));
    const seen = ["0", "1", "256"].map((name) => send(memory, "a", pictureOf(name), { isAnswered: false }));
    expect(seen).toEqual(["bytes", "id", "id"]);
  });

  it("is forgotten for the conversation that was idle longest", () => {
    const memory = createVllmMemory(keys, 2);
    for (const conversation of ["a", "b", "a", "c"]) send(memory, conversation, one);
    expect(
      ["a", "b", "c"].map((conversation) => send(memory, conversation, one, { isAnswered: false })),
    ).toEqual(["id", "bytes", "id"]);
  });
});

function send(
  memory: ReturnType<typeof createVllmMemory>,
  conversation: string,
  jpeg: Jpeg,
  { isAnswered = true, withBytes = false } = {},
): "bytes" | "id" {
  const request = memory.request(conversation, { withBytes });
  const isHeld = request.isHeld(jpeg);
  request.pictureId(jpeg);
  expect(request.usedIds()).toBe(isHeld);
  if (isAnswered) request.accepted();
  return isHeld ? "id" : "bytes";
}
