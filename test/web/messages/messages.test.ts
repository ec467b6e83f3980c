import { describe, expect, test } from "vitest";
import { de } from "../../../web/messages/de.ts";
import { en } from "../../../web/messages/en.ts";
import { chooseMessages } from "../../../web/messages/messages.ts";

describe("texts", () => {
  test("the first language that there is wins, English otherwise", () => {
    expect(chooseMessages(["fr-FR", "de-AT", "en"]).tag).toBe("de");
    expect(chooseMessages(["en-US", "de"]).tag).toBe("en");
    expect(chooseMessages(["fr"]).tag).toBe("en");
    expect(chooseMessages([]).tag).toBe("en");
  });

  test("both languages have the same texts, none of them empty", () => {
    expect(keysOf(de)).toEqual(keysOf(en));
    for (const text of [...textsOf(en), ...textsOf(de)]) expect(text.trim()).not.toBe("");
  });

  test("numbers are said in the language's own way", () => {
    expect([en.persons(1), en.persons(2), de.persons(1), de.persons(2)]).toEqual([
      "1 person",
      "2 people",
      "1 Person",
      "2 Personen",
    ]);
  });
});

function keysOf(value: object, path = ""): readonly string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === "object" && inner !== null ? keysOf(inner, `${path}${key}.`) : [`${path}${key}`],
  );
}

function textsOf(value: object): readonly string[] {
  return Object.values(value).flatMap((inner: unknown) =>
    typeof inner === "string" ? [inner] : typeof inner === "object" && inner !== null ? textsOf(inner) : [],
  );
}
