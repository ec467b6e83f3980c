import { existsSync } from "node:fs";
import type { ComposePlan } from "./compose-plan.ts";

/** Name of the compose file by which compose sees which mounted files have changed. */
export const FILES_OVERLAY = "files.json";
const FILE = /^--(?:file|env-file)=(.*)$/;

/**
 * A plan of before, to ask what runs by it and to end that. The checkout may be another one by now, an older
 * one as well: files that it does not have are left out, and so are the labels of services that it may not
 * know. The first compose file stays, for compose to say that it is gone.
 */
export function planThere(plan: ComposePlan): ComposePlan {
  const first = plan.arguments.find((word) => word.startsWith("--file="));
  return {
    ...plan,
    arguments: plan.arguments.filter((word) => {
      const [, path] = FILE.exec(word) ?? [];
      if (path === undefined || word === first) return true;
      return !path.endsWith(`/${FILES_OVERLAY}`) && existsSync(path);
    }),
  };
}
