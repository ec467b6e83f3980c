/** One instruction of a Dockerfile, on one line, comments and continuation lines taken out. */
export interface Instruction {
  readonly keyword: string;
  readonly value: string;
}

export interface Stage {
  readonly name: string;
  /** As `FROM` names it. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** Build arguments before the first stage, with their defaults. */
  readonly globals: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
}

/** Reads a Dockerfile as far as ours go: no heredocs, no parser directives. */
export function parseDockerfile(text: string): Dockerfile {
  const lines = text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replace(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const globals: Record<string, string> = {};
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, keyword = "", value = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (keyword === "") throw new SyntaxError(`${JSON.stringify(line)} is no instruction`);
    const stage = stages.at(-1);
    if (keyword === "FROM") {
      const [, base = "", name = ""] = /^(\S+)(?: AS (\S+))?$/.exec(value) ?? [];
      stages.push({ name, base, instructions: [] });
    } else if (stage === undefined) {
      const [, name = "", preset = ""] = /^(\w+)(?:=(.*))?$/.exec(value) ?? [];
      globals[name] = preset;
    } else stage.instructions.push({ keyword, value });
  }
  return { globals, stages };
}

/** The words of an instruction in exec form; undefined: it is in another form. */
export function execForm(value: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(value);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : undefined;
  } catch {
    return undefined;
  }
}

/** What a stage copies: sources, the stage that they come from (undefined: the build's context), the target. */
export interface Copied {
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export function copiesOf({ instructions }: Stage): readonly Copied[] {
  return instructions
    .filter(({ keyword }) => keyword === "COPY")
    .map(({ value }) => {
      const words = value.split(/\s+/);
      const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
      const paths = words.filter((word) => !word.startsWith("--"));
      return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
    });
}
