import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError } from "../errors.ts";
import { PROJECT_DIR } from "../project.ts";
import { personaPrompt, systemPrompt } from "../turn/system-prompt.ts";
import type { TurnSettings } from "../turn/turn.ts";
import { VERBOSITIES, type Verbosity } from "../turn/verbosity.ts";

/** Who the caller talks to. Everything that differs from one assistant to another is here. */
export interface Persona {
  readonly name: string;
  /** BCP 47. */
  readonly language: string;
  /** What the model is told it is; undefined: the eyes of a blind person. */
  readonly instructions: string | undefined;
  /** Said when the call begins. */
  readonly greeting: string | undefined;
  /** Voice by the name of a speech service; it goes before the one in the configuration. */
  readonly voices: { readonly [service: string]: string | undefined };
  /** Speech rate at the start of a call, 0.5–2; 1 is the voice's own. */
  readonly rate: number;
  readonly verbosity: Verbosity;
  /** Silence after which a turn is over, in milliseconds; undefined: as configured. */
  readonly endpointSilenceMs: number | undefined;
  /** False: it never looks at a picture. */
  readonly camera: boolean;
}

/** The persona when none is configured. */
const DEFAULT_FILE = join(PROJECT_DIR, "personas", "vision.json");

/**
 * Reads a persona once, at the start.
 *
 * @param file JSON; undefined: the vision assistant
 * @throws {ConfigError} that lists every fault
 */
export function readPersona(file: string | undefined): Persona {
  const path = file ?? DEFAULT_FILE;
  const parsed = schema.safeParse(readJson(path));
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `PERSONA_FILE ${path}: ${faultOf(issue)}`));
}

/** The settings of a turn, as this persona takes it. */
export function personaSettings(persona: Persona, settings: TurnSettings): TurnSettings {
  const { instructions, language, camera } = persona;
  return {
    ...settings,
    language,
    camera,
    systemPrompt:
      instructions === undefined
        ? systemPrompt(settings.fieldOfViewDeg, language)
        : personaPrompt(instructions, {
            fieldOfViewDeg: camera ? settings.fieldOfViewDeg : undefined,
            language,
          }),
  };
}

/** Instructions may be one text, or lines that are easier to keep in JSON. */
const instructions = z
  .union([z.string(), z.array(z.string()).transform((lines) => lines.join("\n"))], {
    error: "expected a text, or a list of lines",
  })
  .pipe(z.string().trim().min(1, "expected words").max(8000, "expected at most 8000 characters"));

const voiceName = z.string().trim().min(1, "expected the name or id of a voice");

const schema = z
  .strictObject({
    name: z.string().trim().min(1, "expected a name"),
    language: z.string().refine(isLanguageTag, "expected a BCP 47 tag such as en or de-AT").default("en"),
    instructions: instructions.optional(),
    greeting: z
      .string()
      .trim()
      .min(1, "expected words")
      .max(300, "expected at most 300 characters")
      .optional(),
    voices: z
      .strictObject({ elevenlabs: voiceName, openai: voiceName, espeak: voiceName })
      .partial()
      .default({}),
    rate: z
      .number("expected a number from 0.5 to 2")
      .min(0.5, "expected a number from 0.5 to 2")
      .max(2, "expected a number from 0.5 to 2")
      .default(1),
    verbosity: z.enum(VERBOSITIES, `expected ${VERBOSITIES.join(", ")}`).default("normal"),
    endpointSilenceMs: z
      .int("expected whole milliseconds from 200 to 3000")
      .min(200, "expected whole milliseconds from 200 to 3000")
      .max(3000, "expected whole milliseconds from 200 to 3000")
      .optional(),
    camera: z.boolean("expected true or false").default(true),
  })
  .transform(({ instructions, greeting, endpointSilenceMs, ...rest }): Persona => ({
    ...rest,
    instructions,
    greeting,
    endpointSilenceMs,
  }));

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([
      `PERSONA_FILE: cannot read ${path} (${code ?? "error"}); expected a readable file`,
    ]);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError([
      `PERSONA_FILE: ${path} is not JSON; expected an object such as personas/vision.json`,
    ]);
  }
}

function faultOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return `${[...(path ? [path] : []), ""].join(".")}${issue.keys.join(", ")}: not known; expected keys as in personas/vision.json`;
  }
  return path ? `${path}: ${issue.message}` : issue.message;
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
