import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { Pool, types, type PoolClient, type QueryConfig } from "pg";
import type { DatabaseConfig } from "../../config.ts";
import type { Row } from "../rows.ts";

/** Connections of one process: one writes, the others read. */
const MOST_CONNECTIONS = 3;
/** A server that is there answers sooner. */
const CONNECT_MS = 500;
const IDLE_MS = 30_000;
/** What the server itself gives up, should we be gone. */
const STATEMENT_MS = 10_000;
const LOCK_MS = 1000;

/** One statement; `$1` and so on are taken from the values. */
export type Query = (
  text: string,
  values?: readonly unknown[],
  withinMs?: number,
) => Promise<{ readonly rows: readonly Row[]; readonly count: number }>;

/** Connections to a database. */
export interface Connections {
  /** Statements of a connection of their own; after a fault it is not used again. */
  borrow<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** The same in a transaction: all or nothing. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A statement takes so long at most; on a line that is dead nothing else would end it. */
const QUERY_MS = 1000;

/**
 * Makes the connections, each when it is needed.
 *
 * @param connectMs How long a connection may take to be there.
 * @throws what the file system throws when the authorities' file cannot be read.
 */
export function createConnections(config: DatabaseConfig, connectMs = CONNECT_MS): Connections {
  const pool = new Pool({
    host: config.host,
    port: config.port,
    user: config.user,
    password: config.password,
    database: config.database,
    ssl: toTls(config),
    application_name: "sightline",
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    types: { getTypeParser },
  });
  // A connection that breaks, idle or not, is reported by the statement that wants it; unheard it would be
  // the end of the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));

  async function borrow<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let fault: unknown;
    try {
      return await work(queryOf(client));
    } catch (error) {
      fault = error;
      throw error;
    } finally {
      client.release(fault !== undefined);
    }
  }

  return {
    borrow,
    transaction: (work) =>
      borrow(async (query) => {
        await query("BEGIN");
        const result = await work(query);
        await query("COMMIT");
        return result;
      }),
    close: () => pool.end(),
  };
}

function queryOf(client: PoolClient): Query {
  return async (text, values = [], withinMs = QUERY_MS) => {
    const statement: QueryConfig & { readonly query_timeout: number } = {
      text,
      values: [...values],
      query_timeout: withinMs,
    };
    const { rows, rowCount } = await client.query<Row>(statement);
    return { rows, count: rowCount ?? 0 };
  };
}

/** PostgreSQL's number for its 64-bit integers; here they are milliseconds, which a number holds. */
const INT8: number = types.builtins.INT8;
const getTypeParser = ((oid: number, format: "text") =>
  oid === INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser;

/** As libpq reads its words: with authorities of one's own, `require` means `verify-ca`. */
function toTls({ host, tls, caFile }: DatabaseConfig): ConnectionOptions | false {
  if (tls === "disable") return false;
  const ca = caFile === undefined ? {} : { ca: readFileSync(caFile, "utf8") };
  // Without its name, Node would take a certificate for localhost as that of any IP address.
  if (tls === "verify-full") return { rejectUnauthorized: true, host, ...ca };
  if (tls === "require" && caFile === undefined) return { rejectUnauthorized: false };
  return { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...ca };
}
