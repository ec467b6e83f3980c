import { projectEnvironment } from "../config/project-environment.ts";
import { readConfig } from "../config/read-config.ts";
import { startProbes } from "../http/probes.ts";
import { createLog } from "../log.ts";
import { createFleetMetrics, type ProcessNumbers } from "../metrics/fleet.ts";
import { createProgramMetrics } from "../metrics/program.ts";
import { PROJECT_DIR } from "../project.ts";
import { composeCalls } from "./calls.ts";
import { ownVersion } from "./own-version.ts";
import { checkStoreOf, openStoreOf } from "./store.ts";

/** What serves the calls of one process. @throws {ConfigError} */
export async function agentParts() {
  const stack = await composeCalls();
  await stack.calls.warm();
  return {
    livekit: stack.config.livekit,
    agent: stack.config.agent,
    store: stack.store.calls,
    log: stack.log,
    startCall: stack.calls.start,
    metrics: () => stack.metrics.snapshot(),
    close: () => stack.close(),
  };
}

/** What keeps the agent processes: no engine, no voice; their metrics and their readiness over HTTP. @throws {ConfigError} */
export async function supervisorParts() {
  const config = readConfig(PROJECT_DIR);
  const log = createLog(config.logLevel);
  await checkStoreOf(config);
  const store = await openStoreOf(config, log);
  const fleet = createFleetMetrics();
  const program = createProgramMetrics(await ownVersion());
  let draining = false;
  const probes = await startProbes({
    host: config.http.host,
    port: config.agent.port,
    isReady: () => fleet.available() > 0,
    isDraining: () => draining,
    metricsToken: config.http.metricsToken,
    metrics: async () => ({
      contentType: fleet.contentType,
      text: `${await fleet.exposition()}\n${await program.exposition()}`,
    }),
    log,
  });
  return {
    livekit: config.livekit,
    agent: config.agent,
    store: store.calls,
    log,
    environment: projectEnvironment(PROJECT_DIR),
    onDrain() {
      draining = true;
      fleet.drain();
    },
    onNumbers: (process: string, numbers: ProcessNumbers, metrics: unknown) =>
      fleet.update(process, numbers, metrics),
    onGone: (process: string, crashed: boolean) => fleet.remove(process, crashed),
    onCallLost: () => fleet.callLost(),
    async close() {
      await store.close();
      await probes.close();
    },
  };
}
