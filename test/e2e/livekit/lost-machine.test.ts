import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { databaseUrl } from "../../../orchestrator/environment/database-url.ts";
import { openStore, type Store } from "../../../orchestrator/store/store.ts";
import { startAgentChild, type AgentChild } from "../../../orchestrator/transports/livekit/agent-child.ts";
import { createSweep } from "../../../orchestrator/transports/livekit/sweep.ts";
import { startPostgres, type TestPostgres } from "../../standins/postgres.ts";
import { joinAsGuest, type Guest } from "./guest.ts";
import { AGENT, openStage, testLog, type Stage } from "./stage.ts";

// Two machines are two agent processes that share nothing but LiveKit and a PostgreSQL. When the first is
// gone, nobody on it gives its calls to another: the sweep of the second finds the room without an agent.

const PROGRAM = join(import.meta.dirname, "fake-agent.ts");

let stage: Stage;
let postgres: TestPostgres;
let store: Store;
const machines: AgentChild[] = [];

beforeAll(async () => {
  [stage, postgres] = await Promise.all([openStage(), startPostgres()]);
});

afterAll(async () => {
  for (const machine of machines) machine.kill();
  await Promise.all(machines.map(({ ended }) => ended));
  await store.close();
  await Promise.all([stage.close(), postgres.close()]);
});

test("the call of a machine that is lost goes on on another, which knows what was said", async () => {
  const database = databaseUrl.schema.parse(await postgres.create())!;
  store = await openStore({ dir: "/nowhere", database, retentionDays: 30, log: testLog });
  const startMachine = async (name: string): Promise<AgentChild> => {
    const ready = Promise.withResolvers<void>();
    const settings = { access: stage.access, dir: "/nowhere", database, recycleMb: 4000, drainMs: 0 };
    const machine = startAgentChild([process.execPath, PROGRAM, name, JSON.stringify(settings)], {
      environment: { ...process.env, NODE_ENV: "production" },
      onWord: ({ type }) => type === "ready" && ready.resolve(),
    });
    machines.push(machine);
    await ready.promise;
    return machine;
  };

  const first = await startMachine("first");
  const guest = await joinAsGuest(stage.access, { room: "lost", identity: "ada", agentName: AGENT });
  await vi.waitFor(() => expect(served(guest)).toHaveLength(1), 10_000);
  await guest.send("sightline.request", { type: "ask", text: "what is this" });
  const kept = async () => (await store.calls.ofRoom("lost"))?.history.map(({ question }) => question);
  await vi.waitFor(async () => expect(await kept()).toEqual(["what is this"]), 5000);
  const { id } = (await store.calls.ofRoom("lost"))!;

  await startMachine("second");
  const sweep = createSweep({ service: stage.service, agentName: AGENT, log: testLog, intervalMs: 500 });
  first.kill();
  await first.ended;
  await vi.waitFor(() => expect(served(guest)).toHaveLength(2), { timeout: 45_000, interval: 100 });
  await sweep.close();
  expect(served(guest)[1]).toEqual({ call: id, past: "[what is this]" });
  await vi.waitFor(async () => expect((await store.calls.ofRoom("lost"))?.process).toBe("second"), 5000);

  // What the first would have said last, had it only been cut off.
  store.calls.save({ id, room: "lost", caller: "ada", agent: "old", process: "first", history: [] });
  store.calls.remove(id, "first");
  await guest.send("sightline.request", { type: "ask", text: "and this" });
  await vi.waitFor(async () => expect(await kept()).toEqual(["what is this", "and this"]), 5000);
  await guest.leave();
  await vi.waitFor(async () => expect(await store.calls.ofRoom("lost")).toBeUndefined(), 10_000);
});

/** What the guest's calls said of themselves, in order. */
function served(guest: Guest): readonly { readonly call: string; readonly past: string }[] {
  return guest.data
    .map(({ text }) => JSON.parse(text) as { readonly type: string; readonly text: string })
    .filter(({ type }) => type === "hint")
    .map(({ text }) => {
      const [, call = "", ...past] = text.split(" ");
      return { call, past: past.join(" ") };
    });
}
