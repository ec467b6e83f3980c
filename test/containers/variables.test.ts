import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { NOT_READ } from "../../orchestrator/up/not-read.ts";
import { PROJECT } from "./compose-model.ts";

const read = (file: string): string => readFileSync(join(PROJECT, file), "utf8");
const told = read("docs/operations.md");
const settings = new Set(Array.from(read(".env.example").matchAll(/^#(\w+)=/gm), ([, name]) => name));
const files = [
  ...readdirSync(PROJECT).filter((file) => /^docker-compose.*\.yml$/.test(file)),
  ...readdirSync(join(PROJECT, "deploy")).map((file) => join("deploy", file)),
].filter((file) => file.endsWith(".yml"));

/** Those that whoever starts compose may set; `$${NAME}` is the container's own. */
const open = new Set(
  files.flatMap((file) => Array.from(read(file).matchAll(/(?<!\$)\$\{(\w+)/g), ([, name = ""]) => name)),
);

it("every variable of the compose files is one of .env.example, or told of to whoever operates them", () => {
  expect(open.size).toBeGreaterThan(60);
  const unknown = [...open].filter((name) => {
    const secret = name.replace(/_FILE$/, "");
    return (
      !settings.has(secret) && !told.includes(`\`${name}\``) && !told.includes(`\`${secret.toLowerCase()}\``)
    );
  });
  expect(unknown).toEqual([]);
});

it("every variable of .env.example is one of the compose files, or told of as none of theirs", () => {
  const [, paragraph = ""] =
    /^Some of `\.env\.example` is for programs without containers(.*)$/m.exec(told) ?? [];
  const others = [...settings].filter((name = "") => !open.has(name) && !open.has(`${name}_FILE`));
  const named = Array.from(paragraph.matchAll(/`([A-Z_]+)`/g), ([, name]) => name);
  expect(new Set(named)).toEqual(new Set(others));
  // Of these `make up` itself reads some, and a mirror helps nobody in a container.
  const alsoRead = ["ASSETS_MIRROR", "DATA_DIR", "OPENAI_API_KEY"];
  expect(new Set([...NOT_READ, ...alsoRead])).toEqual(new Set(others));
});
