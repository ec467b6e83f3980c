import { randomBytes, randomInt } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A secret that is made when the operator names none. */
export interface MadeSecret {
  /** The variable that holds it. */
  readonly variable: string;
  /** The file that it is kept in, beside the others. */
  readonly file: string;
  /** Fewest characters. */
  readonly least: number;
  readonly draw: () => string;
}

type Named = Readonly<Record<string, string | undefined>>;

/** The folder keeps others out; inside, a container that is nobody on this machine must be able to read. */
const READABLE = 0o444;

/** 256 bits, 43 characters. */
const strong = (): string => randomBytes(32).toString("base64url");

export const MADE_SECRETS: readonly MadeSecret[] = [
  { variable: "SECRET_KEY", file: "secret_key", least: 32, draw: strong },
  { variable: "LIVEKIT_API_SECRET", file: "livekit_api_secret", least: 32, draw: strong },
  { variable: "LOCAL_ENGINE_API_KEY", file: "local_engine_api_key", least: 16, draw: strong },
  { variable: "METRICS_TOKEN", file: "metrics_token", least: 16, draw: strong },
  // Typed by people, and guessing is rate limited.
  {
    variable: "ACCESS_CODE",
    file: "access_code",
    least: 8,
    draw: () => String(randomInt(10_000_000, 100_000_000)),
  },
  { variable: "GRAFANA_PASSWORD", file: "grafana_password", least: 12, draw: strong },
];

/** Words that stand in examples and manuals. */
const KNOWN = /secret|change.?me|password|passwort|example|default|devkey|test|1234|qwert|letmein|admin/i;
/** Of different characters, fewer are a pattern. */
const LEAST_DIFFERENT = 4;

/** Why a secret would be guessed; undefined: it would not. Never holds the secret. */
export function weakness(value: string, least: number): string | undefined {
  if (value.length < least) return `has ${value.length} characters`;
  if (new Set(value).size < LEAST_DIFFERENT) return "repeats a few characters";
  const found = KNOWN.exec(value);
  // A long random one may hold such a word by chance.
  if (found && value.length - found[0].length < least) return "holds a word that is tried first";
  return undefined;
}

/**
 * What is weak of the secrets that the operator named, and of those that were made before and changed
 * since; a sentence each.
 */
export function weakSecrets(named: Named, folder: string): readonly string[] {
  return MADE_SECRETS.flatMap(({ variable, file, least }) => {
    const path = named[`${variable}_FILE`] || join(folder, file);
    const value = named[variable] || read(path);
    const why = value === undefined ? undefined : weakness(value, least);
    const where = named[variable] ? variable : path;
    return why === undefined
      ? []
      : [`weak secret: ${where} ${why}; expected at least ${least} characters of chance, or none at all`];
  });
}

/**
 * Makes each secret that is not there, in a file of its own in a folder that only its owner can enter.
 * One that is there is never overwritten.
 *
 * @returns the path of each, by its variable; of one that the operator keeps in a file, that one's
 * @throws what the file system throws
 */
export function keepSecrets(named: Named, folder: string): Readonly<Record<string, string>> {
  makeFolder(folder);
  return Object.fromEntries(
    MADE_SECRETS.map((secret) => {
      const { variable, file } = secret;
      const path = named[`${variable}_FILE`] || (named[variable] && keepNamed(folder, file, named[variable]));
      if (path) return [variable, path];
      const own = join(folder, file);
      makeOnce(own, drawStrong(secret));
      return [variable, own];
    }),
  );
}

/**
 * Puts a secret that the operator has named, in a variable or in a file that others may not read, where
 * a container can read it.
 *
 * @returns its path
 * @throws what the file system throws
 */
export function keepNamed(folder: string, file: string, value: string): string {
  const own = join(folder, "named");
  makeFolder(own);
  const path = join(own, file);
  // One that is as it was keeps its age, by which those are known that have read another.
  if (contentOf(path) === value) return path;
  renameSync(toDraft(path, value), path);
  return path;
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}

/** Chance, too, draws eight times the same digit. */
function drawStrong({ draw, least }: MadeSecret): string {
  for (;;) {
    const value = draw();
    if (weakness(value, least) === undefined) return value;
  }
}

/** A link, unlike a rename, leaves alone what is there. */
function makeOnce(path: string, value: string): void {
  const draft = toDraft(path, value);
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    unlinkSync(draft);
  }
}

function toDraft(path: string, value: string): string {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, value, { mode: READABLE, flag: "wx" });
  // Whatever the operator's umask takes away.
  chmodSync(draft, READABLE);
  return draft;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
