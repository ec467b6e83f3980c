import type { DatabaseConfig } from "../../config.ts";
import { ConfigError } from "../../errors.ts";
import { mayPass, sentenceOf } from "./faults.ts";
import { migrate } from "./migrations.ts";
import { createConnections, type Connections } from "./pool.ts";

/** A database that starts together with us is waited for. */
const PATIENCE_MS = 6000;
const RETRY_MS = 500;
/** Longer than a call would wait: nobody is there yet. */
const CONNECT_MS = 3000;

/**
 * Opens the database once, and brings its schema up to date: a program that would have no store from the
 * beginning does not start. One that has started goes on without it.
 *
 * @throws {ConfigError} that says what is wrong in one sentence, without the password.
 */
export async function checkPostgres(config: DatabaseConfig, patienceMs = PATIENCE_MS): Promise<void> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    try {
      await openOnce(config);
      return;
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      if (!mayPass(error) || performance.now() > untilMs)
        throw new ConfigError([`DATABASE_URL: ${sentenceOf(error, config)}`]);
    }
    // The process has nothing else yet that would keep it.
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function openOnce(config: DatabaseConfig): Promise<void> {
  const connections = connectionsTo(config);
  try {
    await migrate(connections);
  } finally {
    await connections.close();
  }
}

function connectionsTo(config: DatabaseConfig): Connections {
  try {
    return createConnections(config, CONNECT_MS);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown fault";
    throw new ConfigError([
      `DATABASE_URL: cannot read ${config.caFile} of sslrootcert (${code}); expected a readable PEM file`,
    ]);
  }
}
