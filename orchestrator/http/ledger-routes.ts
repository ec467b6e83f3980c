import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { LedgerEntry } from "../store/ledger.ts";
import type { LedgerStore } from "../store/store.ts";
import type { Callers } from "./callers.ts";
import { Problem } from "./problem.ts";

const MOST_ENTRIES = 500;
/** More than anybody's thirty days. */
const EXPORTED_ENTRIES = 100_000;
const RETRY_AFTER_S = 10;

const query = z.object({
  call: z.string().max(128).optional(),
  limit: z.coerce.number().int().min(1).max(MOST_ENTRIES).default(50),
});

/** The privacy ledger: each caller sees, exports and deletes their own entries and nobody else's. */
export function addLedgerRoutes(
  app: FastifyInstance,
  { ledger, callers }: { readonly ledger: LedgerStore; readonly callers: Callers },
): void {
  const own = async <T>(
    request: FastifyRequest,
    reply: FastifyReply,
    act: (caller: string) => Promise<T>,
  ): Promise<T> => {
    const caller = await callers.admit(request, reply);
    void reply.header("cache-control", "no-store");
    try {
      return await act(caller);
    } catch (error) {
      throw new Problem("ledger-unavailable", { retryAfterS: RETRY_AFTER_S, cause: error });
    }
  };

  app.get("/api/v1/ledger", async (request, reply) => {
    const parsed = query.safeParse(request.query);
    if (!parsed.success) throw new Problem("bad-request");
    const { limit, call } = parsed.data;
    const entries = await own(request, reply, (caller) =>
      ledger.ofCaller(caller, { limit, ...(call === undefined ? {} : { call }) }),
    );
    return { entries: entries.map(withoutCaller) };
  });
  app.get("/api/v1/ledger/export", async (request, reply) => {
    const entries = await own(request, reply, (caller) =>
      ledger.ofCaller(caller, { limit: EXPORTED_ENTRIES }),
    );
    void reply.header("content-disposition", 'attachment; filename="sightline-ledger.json"');
    return { exportedAt: new Date().toISOString(), entries: entries.map(withoutCaller) };
  });
  app.delete("/api/v1/ledger", async (request, reply) => {
    const deleted = await own(request, reply, (caller) => ledger.forget(caller));
    return { deleted };
  });
}

/** The caller's name is a secret between browser and server. */
function withoutCaller({ caller: _caller, ...entry }: LedgerEntry): Omit<LedgerEntry, "caller"> {
  return entry;
}
