import { setTimeout as wait } from "node:timers/promises";
import type { Stack } from "./stack.ts";

/** What could be seen of a stack at one moment. */
export interface Seen {
  /** The state of each program, by its name. */
  readonly programs: Readonly<Record<string, string>>;
  readonly phase: string;
  /** The page answers. */
  readonly page: boolean;
}

const EVERY_MS = 200;

/** Looks at a stack again and again until something is over, however it ends. */
export async function lookWhile(stack: Stack, coming: Promise<unknown>): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const watched = { over: false };
  const end = (): void => void (watched.over = true);
  coming.then(end, end);
  while (!watched.over) {
    seen.push(await look(stack));
    await wait(EVERY_MS);
  }
  return seen;
}

async function look(stack: Stack): Promise<Seen> {
  const page = await stack.get("/readyz").then(
    () => true,
    () => false,
  );
  // Asked after the page: what it says may be newer, never older.
  const { phase, programs } = await stack.status();
  return { phase, page, programs: Object.fromEntries(programs.map(({ name, state }) => [name, state])) };
}
