import type { ImagesLock } from "../../scripts/pin/images-lock.ts";
import { toReference } from "../../scripts/pin/images-lock.ts";
import { type Dockerfile, execForm, type Stage } from "./dockerfile.ts";

export interface DockerfileContext {
  readonly lock: ImagesLock;
  /** Names of the stages that are run, not only built. */
  readonly run: readonly string[];
}

export type DockerfileRule = (file: Dockerfile, context: DockerfileContext) => readonly string[];

const when = (fault: boolean, sentence: string): readonly string[] => (fault ? [sentence] : []);

/** A rule that looks at each stage that is run. */
function eachRun(look: (stage: Stage) => readonly string[]): DockerfileRule {
  return ({ stages }, { run }) =>
    stages
      .filter(({ name }) => run.includes(name))
      .flatMap((stage) => look(stage).map((fault) => `${stage.name || "last stage"}: ${fault}`));
}

const valuesOf = ({ instructions }: Stage, keyword: string): readonly string[] =>
  instructions.filter((one) => one.keyword === keyword).map(({ value }) => value);

export const DOCKERFILE_RULES = {
  "images of the lock": ({ globals, stages }, { lock }) => {
    const references = new Set(lock.images.map(toReference));
    return stages.flatMap(({ base, name }) => {
      const argument = /^\$\{(\w+)\}$/.exec(base)?.[1];
      const image = argument === undefined ? base : (globals[argument] ?? "");
      const isStage = stages.some((other) => other.name === image);
      return when(!isStage && !references.has(image), `${name}: FROM ${image || base}`);
    });
  },

  "nobody's root": eachRun((stage) =>
    when(
      valuesOf(stage, "USER").at(-1) !== "10001:10001",
      `user ${valuesOf(stage, "USER").at(-1) ?? "root"}`,
    ),
  ),

  "exec form, under an init": eachRun((stage) => {
    const [entry] = valuesOf(stage, "ENTRYPOINT");
    const [command] = valuesOf(stage, "CMD");
    return [
      ...when(execForm(command ?? "") === undefined, "CMD is not in exec form"),
      ...when(execForm(entry ?? "")?.[0] !== "/usr/bin/tini", "ENTRYPOINT is not tini in exec form"),
      ...when(execForm(entry ?? "")?.includes("npm") === true, "npm would get the signals"),
    ];
  }),

  "no secret": ({ stages, globals }) =>
    [
      ...Object.keys(globals),
      ...stages.flatMap(({ instructions }) =>
        instructions
          .filter(({ keyword }) => keyword === "ARG" || keyword === "ENV")
          .flatMap(({ value }) => [...value.matchAll(/(\w+)(?==|$)/g)].map(([name]) => name)),
      ),
    ]
      .filter((name) => /KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL/.test(name))
      .map((name) => `${name} is an argument`),

  "packages of the lock file": ({ stages }) =>
    stages.flatMap((stage) =>
      valuesOf(stage, "RUN").flatMap((command) => [
        ...when(/npm (i|install)\b/.test(command), "npm install takes what it likes"),
        ...when(/npm ci(?!.*--ignore-scripts)/.test(command), "npm ci runs the packages' scripts"),
      ]),
    ),

  "no packages for developers": ({ stages }, { run }) =>
    stages
      .filter(({ name }) => run.includes(name))
      .flatMap((stage) => [
        ...when(
          valuesOf(stage, "RUN").some((command) => command.includes("npm ci")),
          "builds in what is run",
        ),
        ...valuesOf(stage, "COPY").flatMap((copy) => {
          const [, from = "", source = ""] = /^--from=(\S+) (\S+)/.exec(copy) ?? [];
          if (!source.endsWith("node_modules")) return [];
          const built = stages.find(({ name }) => name === from);
          const isLean = valuesOf(built ?? stage, "RUN").some((command) =>
            /npm ci .*--omit=dev/.test(command),
          );
          return when(!isLean, `takes the packages of ${from}`);
        }),
      ]),

  "nothing from elsewhere": ({ stages }) =>
    stages.flatMap(({ instructions }) =>
      instructions.flatMap(({ keyword, value }) => [
        ...when(keyword === "ADD", `ADD ${value}`),
        ...when(keyword === "RUN" && /\b(curl|wget)\b.*\|\s*(ba)?sh\b/.test(value), "runs what it fetches"),
        ...when(
          keyword === "RUN" && /curl .*-o/.test(value) && !value.includes("sha256sum -c package.sha256"),
          "fetches without a checksum",
        ),
      ]),
    ),
} as const satisfies Record<string, DockerfileRule>;

export type DockerfileRuleName = keyof typeof DOCKERFILE_RULES;
