import { join } from "node:path";
import { type LivekitServer, startLivekitServer } from "../../orchestrator/assets/livekit-process.ts";
import { findLivekitServer } from "../../orchestrator/assets/livekit-server.ts";
import { withoutSecrets } from "../../orchestrator/config/project-environment.ts";
import { PROJECT_DIR } from "../../orchestrator/project.ts";

export type StartOptions = Partial<Omit<Parameters<typeof startLivekitServer>[0], "binary">>;

/**
 * A real livekit-server on free ports of loopback: the program that `LIVEKIT_SERVER` names, else the
 * one that `make demo` would find or build.
 */
export async function startRealLivekit(options: StartOptions = {}): Promise<LivekitServer> {
  const binary =
    process.env["LIVEKIT_SERVER"] ??
    (await findLivekitServer({
      cacheDir: join(PROJECT_DIR, ".servers"),
      environment: withoutSecrets(),
      signal: new AbortController().signal,
      onProgress: (line) => console.error(line),
    }));
  return startLivekitServer({ ...options, binary });
}
