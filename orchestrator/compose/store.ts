import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import { openStore, type Store } from "../store/store.ts";

/** The store that the configuration names: a file, or a PostgreSQL. Never fails; see `openStore`. */
export function openStoreOf(config: Config, log: Logger): Promise<Store> {
  const { dataDir: dir, database, ledgerRetentionDays: retentionDays } = config;
  return openStore({ dir, database, retentionDays, log });
}

/**
 * Whether a PostgreSQL that is named can be used, asked once by whoever is started by an operator. The
 * agent processes do not ask: one that takes the place of another serves calls without the store too.
 *
 * @throws {ConfigError}
 */
export async function checkStoreOf({ database }: Config): Promise<void> {
  if (!database) return;
  const { checkPostgres } = await import("../store/postgres/check.ts");
  await checkPostgres(database);
}
