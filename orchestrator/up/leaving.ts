import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";

/** Containers that were asked to end once their calls have: asked again, they would cut them. */
export interface Leaving {
  has(id: string): boolean;
  add(id: string): void;
  clear(): void;
}

const schema = z.array(z.string());

/** Those that a file names; one that is lost names none. */
export function readLeaving(file: string): Leaving {
  const ids = new Set(read(file));
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.add(id);
      writeFileSync(file, JSON.stringify([...ids]), { mode: 0o600 });
    },
    clear() {
      ids.clear();
      rmSync(file, { force: true });
    },
  };
}

function read(file: string): readonly string[] {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return [];
  }
}
