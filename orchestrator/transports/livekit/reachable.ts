import type { LivekitConfig } from "../../config.ts";
import { apiUrl } from "./tokens.ts";

const DEADLINE_MS = 1000;

/** Whether the LiveKit server answers now. */
export async function isLivekitUp({ url }: Pick<LivekitConfig, "url">): Promise<boolean> {
  try {
    const { ok } = await fetch(apiUrl(url), { signal: AbortSignal.timeout(DEADLINE_MS) });
    return ok;
  } catch {
    return false;
  }
}
