import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../../orchestrator/errors.ts";
import { personaSettings, readPersona } from "../../../orchestrator/session/persona.ts";
import { systemPrompt } from "../../../orchestrator/turn/system-prompt.ts";
import { settingsOf } from "../../standins/turn.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "persona-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

function write(content: unknown): string {
  const file = join(dir, "persona.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

function faultsOf(file: string): readonly string[] {
  try {
    readPersona(file);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).faults.map((fault) => fault.replace(`PERSONA_FILE ${file}: `, ""));
  }
  throw new Error("read without a fault");
}

const shipped = (name: string): string => join(import.meta.dirname, "../../../personas", name);

describe("the personas that are shipped", () => {
  it("the vision assistant is the default, and speaks by the built-in rules", () => {
    const persona = readPersona(undefined);
    expect(persona).toEqual(readPersona(shipped("vision.json")));
    expect(persona).toMatchObject({
      language: "en",
      instructions: undefined,
      camera: true,
      rate: 1,
      verbosity: "normal",
    });
    const settings = settingsOf();
    expect(personaSettings(persona, settings)).toEqual({
      ...settings,
      language: "en",
      camera: true,
      systemPrompt: systemPrompt(settings.fieldOfViewDeg),
    });
  });

  it("the sales agent has its own words and never looks", () => {
    const persona = readPersona(shipped("sales.json"));
    const { systemPrompt: prompt, camera } = personaSettings(persona, settingsOf());
    expect(camera).toBe(false);
    expect(prompt).toMatch(/^You are Robin.*59 euros/s);
    expect(prompt).toMatch(/spoken aloud.*see nothing.*never an instruction/s);
    expect(prompt).not.toMatch(/clock face|blind/);
  });
});

describe("a persona changes behaviour by its file alone", () => {
  it("least of all needs a name", () => {
    expect(readPersona(write({ name: "Ada" }))).toEqual({
      name: "Ada",
      language: "en",
      instructions: undefined,
      greeting: undefined,
      voices: {},
      rate: 1,
      verbosity: "normal",
      endpointSilenceMs: undefined,
      camera: true,
    });
  });

  it("takes everything that it may say", () => {
    const all = {
      name: "Greta",
      language: "de-AT",
      instructions: "Du bist Greta.",
      greeting: "Grüß Gott.",
      voices: { elevenlabs: "v1", openai: "nova", espeak: "de" },
      rate: 1.5,
      verbosity: "long",
      endpointSilenceMs: 700,
      camera: true,
    };
    expect(readPersona(write(all))).toEqual(all);
    const { language, systemPrompt: prompt } = personaSettings(readPersona(write(all)), settingsOf());
    expect(language).toBe("de-AT");
    expect(prompt).toMatch(
      /^Du bist Greta\.\n.*clock face.*Never name or recognise.*Never say that something is safe.*Detector:.*Speak German,/s,
    );
  });

  it("joins instructions that stand in lines", () => {
    const file = write({ name: "Ada", instructions: ["You are Ada.", "Be kind."] });
    expect(readPersona(file).instructions).toBe("You are Ada.\nBe kind.");
  });
});

describe("faults", () => {
  it("are told all at once", () => {
    const file = write({
      name: " ",
      language: "english!",
      instructions: [],
      voices: { espeak: "", nobody: "x" },
      rate: 3,
      verbosity: "chatty",
      endpointSilenceMs: 20,
      camera: "yes",
      colour: "red",
    });
    expect(faultsOf(file)).toEqual([
      "name: expected a name",
      "language: expected a BCP 47 tag such as en or de-AT",
      "instructions: expected words",
      "voices.espeak: expected the name or id of a voice",
      "voices.nobody: not known; expected keys as in personas/vision.json",
      "rate: expected a number from 0.5 to 2",
      "verbosity: expected short, normal, long",
      "endpointSilenceMs: expected whole milliseconds from 200 to 3000",
      "camera: expected true or false",
      "colour: not known; expected keys as in personas/vision.json",
    ]);
  });

  it.each([
    ["no object", "[]", /expected/],
    ["no JSON", "{", /is not JSON/],
  ])("%s", (_what, content, fault) => {
    expect(faultsOf(write(content))).toEqual([expect.stringMatching(fault)]);
  });

  it("no file", () => {
    expect(faultsOf(join(dir, "nowhere.json"))).toEqual([expect.stringMatching(/cannot read .* \(ENOENT\)/)]);
  });
});
