import { z } from "zod";

/** Where the metrics of a program are that says so itself, of all that run of it. */
export interface ToldMetrics {
  /** @param line of its standard output */
  said(pid: number, line: string): void;
  gone(pid: number): void;
}

const said = z.object({ metrics: z.url() });

/**
 * Follows a program whose next start may stand beside one that drains.
 *
 * @param onChange told the addresses, `host:port`. The last one stays when it is gone: it is to be missed.
 */
export function createToldMetrics(onChange: (addresses: readonly string[]) => void): ToldMetrics {
  const known = new Map<number, string>();
  const gone = new Set<number>();

  function tell(): void {
    if ([...known.keys()].every((pid) => gone.has(pid))) return;
    for (const pid of gone) known.delete(pid);
    gone.clear();
    onChange([...known.values()]);
  }
  return {
    said(pid, line) {
      const { data } = said.safeParse(parsed(line));
      if (!data) return;
      known.set(pid, new URL(data.metrics).host);
      tell();
    },
    gone(pid) {
      gone.add(pid);
      tell();
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
