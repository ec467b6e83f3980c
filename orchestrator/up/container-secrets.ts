import { readFileSync } from "node:fs";
import { variables, type Variable } from "../environment.ts";
import { keepNamed, keepSecrets, MADE_SECRETS } from "./secrets.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface ContainerSecretsOptions {
  /** Of the secrets, absolute. */
  readonly folder: string;
  /** PEM texts, or the files of the operator's own. */
  readonly certificate:
    | { readonly cert: string; readonly key: string }
    | { readonly certFile: string; readonly keyFile: string };
}

/**
 * Puts every secret into a file that a container can read, made or copied, since the operator's own may
 * be for one user alone.
 *
 * @returns the variables that name those files, `…_FILE`
 * @throws what the file system throws
 */
export function secretFiles(
  operator: Environment,
  { folder, certificate }: ContainerSecretsOptions,
): Readonly<Record<string, string>> {
  const copied = named(operator).map(([variable, value]) => [
    `${variable}_FILE`,
    keepNamed(folder, variable.toLowerCase(), value),
  ]);
  const values = Object.fromEntries(named(operator));
  const made = Object.entries(keepSecrets(values, folder));
  const { cert, key } =
    "cert" in certificate
      ? certificate
      : { cert: readFileSync(certificate.certFile, "utf8"), key: readFileSync(certificate.keyFile, "utf8") };
  return {
    ...Object.fromEntries(copied),
    ...Object.fromEntries(made.map(([variable, path]) => [`${variable}_FILE`, path])),
    TLS_CERT_FILE: keepNamed(folder, "tls_cert.pem", cert),
    TLS_KEY_FILE: keepNamed(folder, "tls_key.pem", key),
  };
}

/** The secrets that the operator has set, as values, wherever they stand. */
function named(operator: Environment): readonly (readonly [string, string])[] {
  const names = [
    ...Object.entries<Variable>(variables).flatMap(([name, { secret }]) => (secret ? [name] : [])),
    ...MADE_SECRETS.map(({ variable }) => variable),
  ];
  return [...new Set(names)].flatMap((name) => {
    const file = operator[`${name}_FILE`];
    const value = operator[name] || (file ? readFileSync(file, "utf8").trim() : alsoRead(name, operator));
    return value === "" ? [] : [[name, value] as const];
  });
}

/** OpenAI's own variable is the cloud's key when the cloud is named. */
function alsoRead(name: string, operator: Environment): string {
  const counts = name === "CLOUD_ENGINE_API_KEY" && operator["CLOUD_ENGINE_URL"];
  return (counts && operator["OPENAI_API_KEY"]) || "";
}
