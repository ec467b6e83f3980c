import type { LivekitServer } from "../../assets/livekit-process.ts";
import { sleep } from "../../lib/abortable.ts";

/** What stays the same when the server is started again, so that everybody finds it. */
export type LivekitPlace = Pick<LivekitServer, "port" | "mediaPort" | "apiKey" | "apiSecret">;

export interface KeptLivekit {
  /** Address and keys, the same for as long as it is kept. */
  readonly server: LivekitServer;
  close(): Promise<void>;
}

export interface KeepLivekitOptions {
  /** Starts a server; at the place of the one before, if there was one. */
  readonly start: (place?: LivekitPlace) => Promise<LivekitServer>;
  /** Told each time that it has ended unasked, with its exit code or signal. */
  readonly onCrash: (reason: string) => void;
}

const AGAIN_MS = 500;

/**
 * Starts a livekit-server, and again at the same place whenever it ends unasked.
 *
 * @throws what the first start throws.
 */
export async function keepLivekit({ start, onCrash }: KeepLivekitOptions): Promise<KeptLivekit> {
  const closing = new AbortController();
  const first = await start();
  let running: LivekitServer = first;

  const keep = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const reason = await running.ended;
      if (closing.signal.aborted) return;
      onCrash(reason);
      await running.close();
      await startAgain();
    }
  };
  const startAgain = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await sleep(AGAIN_MS, closing.signal).catch(() => {});
      if (closing.signal.aborted) return;
      try {
        running = await start(first);
        return;
      } catch {
        // Its port may still be in use; it is tried until we are closed.
      }
    }
  };
  const kept = keep();

  return {
    server: first,
    async close() {
      closing.abort();
      await running.close();
      await kept;
      // One that was just being started when we were closed.
      await running.close();
    },
  };
}
