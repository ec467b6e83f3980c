import { describe, expect, test } from "vitest";
import type { LedgerStore } from "../../../orchestrator/store/store.ts";
import { entry } from "../store/entry.ts";
import { CODE, memoryLedger, startGateway } from "./gateway-fixture.ts";

/** A gateway, and two callers with three entries each. */
async function twoCallers() {
  const ledger = memoryLedger();
  const gateway = await startGateway({ ledger });
  const [ada, bob] = await Promise.all(
    ["ada", "bob"].map(async (name) => {
      const answer = await gateway.ask("/api/v1/livekit/token");
      const caller = String(answer.json["identity"]);
      for (const n of [1, 2, 3]) ledger.add(entry(`${name}-${n}`, { caller, call: `${name}-call-${n % 2}` }));
      return { caller, headers: { cookie: answer.cookie ?? "" } };
    }),
  );
  return { gateway, ada: ada!, bob: bob! };
}
const turnsOf = (json: Record<string, unknown>) =>
  (json["entries"] as { turn: string }[]).map(({ turn }) => turn);

describe("the ledger", () => {
  test("shows each caller their own entries, without the caller's name", async () => {
    const { gateway, ada, bob } = await twoCallers();
    const own = await gateway.ask("/api/v1/ledger", { headers: ada.headers });
    const { caller: _caller, ...shown } = entry("ada-3", { call: "ada-call-1" });
    expect(turnsOf(own.json)).toEqual(["ada-3", "ada-2", "ada-1"]);
    expect((own.json["entries"] as unknown[])[0]).toEqual(shown);
    expect(own.text).not.toContain(ada.caller);
    const others = await gateway.ask("/api/v1/ledger", { headers: bob.headers });
    expect(turnsOf(others.json)).toEqual(["bob-3", "bob-2", "bob-1"]);
    expect(turnsOf((await gateway.ask("/api/v1/ledger")).json)).toEqual([]);
  });

  test("shows one call, but never somebody else's", async () => {
    const { gateway, ada } = await twoCallers();
    const of = async (call: string) =>
      turnsOf((await gateway.ask(`/api/v1/ledger?call=${call}`, { headers: ada.headers })).json);
    expect(await of("ada-call-1")).toEqual(["ada-3", "ada-1"]);
    expect(await of("bob-call-1")).toEqual([]);
  });

  test.each([
    ["limit=2", 200],
    ["limit=0", 400],
    ["limit=501", 400],
    ["limit=many", 400],
    ["call=a&call=b", 400],
  ])("asked with %s answers %i", async (query, status) => {
    const { gateway, ada } = await twoCallers();
    const answer = await gateway.ask(`/api/v1/ledger?${query}`, { headers: ada.headers });
    expect(answer.status).toBe(status);
    expect(status === 200 ? turnsOf(answer.json) : []).toHaveLength(status === 200 ? 2 : 0);
  });

  test("is exported as a file", async () => {
    const { gateway, ada } = await twoCallers();
    const answer = await gateway.ask("/api/v1/ledger/export", { headers: ada.headers });
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="sightline-ledger.json"');
    expect(turnsOf(answer.json)).toEqual(["ada-3", "ada-2", "ada-1"]);
    expect(Date.parse(String(answer.json["exportedAt"]))).not.toBeNaN();
  });

  test("is deleted by its caller, and only theirs", async () => {
    const { gateway, ada, bob } = await twoCallers();
    const deleted = await gateway.ask("/api/v1/ledger", { method: "DELETE", headers: ada.headers });
    expect(deleted.json).toEqual({ deleted: 3 });
    expect(turnsOf((await gateway.ask("/api/v1/ledger", { headers: ada.headers })).json)).toEqual([]);
    expect(turnsOf((await gateway.ask("/api/v1/ledger", { headers: bob.headers })).json)).toHaveLength(3);
  });

  test.each([
    ["GET", "/api/v1/ledger"],
    ["GET", "/api/v1/ledger/export"],
    ["DELETE", "/api/v1/ledger"],
  ])(
    "%s %s needs the code where there is one, and says when the ledger cannot be read",
    async (method, path) => {
      const down = () => Promise.reject(new Error("disk"));
      const ledger: LedgerStore = { ...memoryLedger(), ofCaller: down, forget: down };
      const gateway = await startGateway({ ledger, accessCode: CODE });
      expect((await gateway.ask(path, { method })).status).toBe(401);
      const answer = await gateway.ask(path, { method, headers: { authorization: `Bearer ${CODE}` } });
      expect(answer.json).toMatchObject({ status: 503, code: "ledger-unavailable" });
      expect(answer.headers["retry-after"]).toBe("10");
    },
  );
});
