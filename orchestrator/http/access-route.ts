import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Callers } from "./callers.ts";
import { Problem } from "./problem.ts";

const BODY_LIMIT_BYTES = 1024;
const body = z.object({ code: z.string().min(1).max(256) });

/** `POST /api/v1/access`: the access code once, for all that the same browser asks later. */
export function addAccessRoute(app: FastifyInstance, callers: Callers): void {
  app.post("/api/v1/access", { bodyLimit: BODY_LIMIT_BYTES }, async (request, reply) => {
    const parsed = body.safeParse(request.body);
    if (!parsed.success) throw new Problem("bad-request");
    await callers.admit(request, reply, parsed.data.code);
    return reply.code(204).header("cache-control", "no-store").send();
  });
}
