import type { DatabaseConfig } from "../../config.ts";
import type { StoreFault } from "../messages.ts";
import { NewerSchemaError } from "../newer-schema.ts";

/** SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const FAULTS: readonly (readonly [RegExp, StoreFault])[] = [
  [/^(53300|55P03|57014|40001|40P01)$/, "busy"],
  [/^53100$/, "full"],
  [/^XX00[12]$/, "corrupt"],
  [/^(28...|3D000|42501)$/, "refused"],
];

/** Why the database did not do it. */
export function faultOf(error: unknown): StoreFault {
  if (error instanceof NewerSchemaError) return "newer";
  const code = codeOf(error);
  const known = FAULTS.find(([form]) => form.test(code))?.[1];
  return known ?? (isTlsFault(error) || isSaslFault(error) ? "refused" : "unavailable");
}

/** The value's own fault: a data exception, or a constraint that it breaks. */
export function isMalformed(error: unknown): boolean {
  return /^2[23]...$/.test(codeOf(error));
}

/** May be over in a moment: a server that starts, an address that is not yet known. */
export function mayPass(error: unknown): boolean {
  return ["unavailable", "busy"].includes(faultOf(error));
}

/** What is wrong with the address or the database behind it, without a word of the password. */
export function sentenceOf(error: unknown, config: DatabaseConfig): string {
  const server = serverOf(config);
  const code = codeOf(error);
  const database = `the database ${config.database} on ${server}`;
  if (error instanceof NewerSchemaError)
    return `${database} has schema ${error.found}, and this version knows ${error.known}; expected a version at least as new as the one that made it`;
  if (code.startsWith("28") || isSaslFault(error))
    return `${server} refuses this user or password; expected those of the database ${config.database}`;
  if (code === "3D000") return `${server} has no database ${config.database}; expected one that is there`;
  if (code === "42501")
    return `${database} lets this user make no table; expected a database that belongs to the user`;
  if (code === "25006")
    return `${database} cannot be written to, as that of a standby; expected the address of the primary`;
  if (isTlsFault(error))
    return `${server} gave no TLS as sslmode=${config.tls} wants it (${tlsWord(error)}); expected a certificate that is trusted, sslrootcert with its authority, or another sslmode`;
  return `no PostgreSQL answers at ${server} (${code || "no answer in time"}); expected the address of one that runs`;
}

/** As messages may show it. */
export function serverOf({ host, port }: DatabaseConfig): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function isTlsFault(error: unknown): boolean {
  return tlsWord(error) !== undefined;
}

/** Node's codes of certificates and handshakes, and pg's own sentence, which has no code. */
function tlsWord(error: unknown): string | undefined {
  const code = codeOf(error);
  if (/CERT|SIGNED|SIGNATURE|ISSUER|CRL|^ERR_(TLS|SSL)|ALTNAME/.test(code)) return code;
  return error instanceof Error && /does not support SSL/.test(error.message) ? "no TLS there" : undefined;
}

/** pg's own word when the server does not prove that it knows the password, or asks for none of ours. */
function isSaslFault(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("SASL:");
}
