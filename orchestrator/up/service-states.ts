import { z } from "zod";

/** A service that is to run in containers, as it is now. */
export interface ServiceState {
  readonly name: string;
  /** Docker's own word, such as `running`, `restarting` or `exited`; `missing`: it has no container. */
  readonly state: string;
  /** `healthy`, `unhealthy` or `starting`; null: nobody asks. */
  readonly health: string | null;
  /** Of one that has ended. */
  readonly exitCode: number | null;
  /** It does its work, or has done it where its work has an end. */
  readonly fine: boolean;
}

/** `docker compose config --format json`: the services of the profiles that were asked for. */
const project = z.object({
  services: z.record(
    z.string(),
    z.object({
      healthcheck: z.object({ disable: z.boolean().default(false) }).optional(),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
    }),
  ),
});

/** A line of `docker compose ps --all --format json`. */
const container = z.object({
  Service: z.string(),
  State: z.string(),
  Health: z.string().default(""),
  ExitCode: z.int().default(0),
  Labels: z.string().default(""),
});

type Container = z.output<typeof container>;

/**
 * Puts what is to run beside what runs.
 *
 * @param answers what compose says to `config` and to `ps`, both as JSON
 * @throws {SyntaxError | z.ZodError} for answers of another form
 */
export function toServiceStates(answers: {
  readonly config: string;
  readonly ps: string;
}): readonly ServiceState[] {
  const { services } = project.parse(JSON.parse(answers.config));
  const containers = toContainers(answers.ps);
  const ending = new Set(
    Object.values(services).flatMap(({ depends_on: needs }) =>
      Object.entries(needs).flatMap(([name, { condition }]) =>
        condition === "service_completed_successfully" ? [name] : [],
      ),
    ),
  );
  return Object.entries(services).map(([name, { healthcheck }]) => {
    const asked = healthcheck !== undefined && !healthcheck.disable;
    const states = containers
      .filter(({ Service: service }) => service === name)
      .map((each) => toState(each, { asked, ends: ending.has(name) }));
    // While one takes another's place there are two, and the one that leaves does no work any more.
    const [best = { name, state: "missing", health: null, exitCode: null, fine: false }] = states.toSorted(
      (a, b) => Number(b.fine) - Number(a.fine),
    );
    return best;
  });
}

/** Without those that somebody has run by hand, with `docker compose run`. */
function toContainers(text: string): readonly Container[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => container.parse(JSON.parse(line)))
    .filter(({ Labels: labels }) => !labels.includes("com.docker.compose.oneoff=True"));
}

function toState(
  { Service: name, State: state, Health: said, ExitCode: exitCode }: Container,
  { asked, ends }: { readonly asked: boolean; readonly ends: boolean },
): ServiceState {
  const health = said === "" ? null : said;
  const isRunning = state === "running";
  const works = isRunning && (health === "healthy" || (health === null && !asked));
  const done = ends && state === "exited" && exitCode === 0;
  return {
    name,
    state,
    health: isRunning ? health : null,
    exitCode: state === "exited" ? exitCode : null,
    fine: ends ? done : works,
  };
}
