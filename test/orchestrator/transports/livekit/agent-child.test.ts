import { expect, test } from "vitest";
import { startAgentChild } from "../../../../orchestrator/transports/livekit/agent-child.ts";
import type { AgentWord } from "../../../../orchestrator/transports/livekit/agent-words.ts";

/** A program that reports what it finds in its environment, and stays. */
const SCRIPT = `
process.send({ type: "numbers", numbers: { arenas: process.env.MALLOC_ARENA_MAX, node: process.env.NODE_ENV } });
setInterval(() => {}, 1000);
process.on("SIGTERM", () => {});`;

async function start(environment: Readonly<Record<string, string>> = {}) {
  const said = Promise.withResolvers<AgentWord>();
  const child = startAgentChild([process.execPath, "-e", SCRIPT], { environment, onWord: said.resolve });
  const word = await said.promise;
  child.kill();
  return { word, ended: await child.ended };
}

test("an agent process has few heaps and prints no debug lines, and its kill cannot be ignored", async () => {
  expect(await start()).toEqual({
    word: { type: "numbers", numbers: { arenas: "2", node: "production" } },
    ended: "SIGKILL",
  });
});

test("what a process says last comes before its end, though it ends at once", async () => {
  const words: AgentWord[] = [];
  const script = `for (let at = 0; at < 200; at++) process.send({ type: "numbers", numbers: { at } });
process.send({ type: "ready" }, () => process.exit(0));`;
  const child = startAgentChild([process.execPath, "-e", script], {
    environment: {},
    onWord: (word) => words.push(word),
  });
  expect(await child.ended).toBe("exit 0");
  expect(words).toHaveLength(201);
});

test("the operator may choose how many heaps", async () => {
  const { word } = await start({ MALLOC_ARENA_MAX: "4", NODE_ENV: "development" });
  expect(word).toEqual({ type: "numbers", numbers: { arenas: "4", node: "production" } });
});
