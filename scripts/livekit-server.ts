// Finds or builds the livekit-server that the end-to-end tests and `make demo` run, and prints its path.
import { join } from "node:path";
import { findLivekitServer } from "../orchestrator/assets/livekit-server.ts";
import { withoutSecrets } from "../orchestrator/config/project-environment.ts";
import { PROJECT_DIR } from "../orchestrator/project.ts";

const path = await findLivekitServer({
  cacheDir: join(PROJECT_DIR, ".servers"),
  environment: withoutSecrets(),
  signal: new AbortController().signal,
  onProgress: (line) => console.error(line),
});
console.log(path);
