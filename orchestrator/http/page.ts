import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { Problem } from "./problem.ts";

/** The name of a file under `assets/` holds a hash of its content. */
const HASHED = `${sep}assets${sep}`;

/** Serves the built page: compressed files as they lie beside the others, hashed ones cached for good. */
export async function addPage(app: FastifyInstance, dir: string): Promise<void> {
  if (!existsSync(join(dir, "index.html"))) {
    app.get("/", () => {
      throw new Problem("page-not-built");
    });
    return;
  }
  await app.register(fastifyStatic, {
    root: dir,
    preCompressed: true,
    cacheControl: false,
    dotfiles: "ignore",
    setHeaders: (reply, path) =>
      void reply.header(
        "cache-control",
        path.includes(HASHED) ? "public, max-age=31536000, immutable" : "no-cache",
      ),
  });
}
