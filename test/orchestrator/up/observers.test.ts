import { expect, test } from "vitest";
import {
  isObserver,
  OBSERVABILITY,
  OBSERVERS,
  observersOf,
  withoutObservers,
} from "../../../orchestrator/up/observers.ts";
import { CPU_FILE, GPU_FILE, loadModel, PROFILES } from "../../containers/compose-model.ts";

const plan = (...words: readonly string[]) => ({ arguments: words });
const PROFILE = `--profile=${OBSERVABILITY}`;

test.each([
  ["with a card", [GPU_FILE]],
  ["without one", [GPU_FILE, CPU_FILE]],
])(
  "%s: those that are started are those of the profile, each after what it waits for",
  async (_, files) => {
    const { services } = await loadModel(files, { profiles: [OBSERVABILITY] });
    const started = observersOf(plan(...files.map((file) => `--file=/srv/sightline/${file}`), PROFILE));
    const profiled = Object.keys(services).filter((name) => services[name]?.profiles.includes(OBSERVABILITY));
    expect(started.toSorted()).toEqual(profiled.toSorted());
    for (const [at, name] of started.entries()) {
      const needs = Object.keys(services[name]?.depends_on ?? {}).filter((each) => isObserver(each));
      expect(started.slice(0, at)).toEqual(expect.arrayContaining(needs));
    }
  },
  600_000,
);

test("no call needs one of them", async () => {
  const { services } = await loadModel([GPU_FILE], { profiles: PROFILES });
  const needed = Object.entries(services).flatMap(([name, { depends_on: needs }]) =>
    isObserver(name) ? [] : Object.keys(needs),
  );
  expect(needed.filter((name) => isObserver(name))).toEqual([]);
  expect(Object.keys(services)).toEqual(expect.arrayContaining([...OBSERVERS]));
}, 600_000);

test("a plan without the profile starts none, and is a plan without it whole", () => {
  expect(observersOf(plan("--profile=speech"))).toEqual([]);
  expect(withoutObservers(plan("--profile=speech", PROFILE, "--file=a"))).toEqual(
    plan("--profile=speech", "--file=a"),
  );
});
