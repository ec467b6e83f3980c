import { expect, test } from "vitest";
import { toServiceStates } from "../../../orchestrator/up/service-states.ts";

const config = JSON.stringify({
  services: {
    engine: {
      healthcheck: { test: ["CMD", "true"] },
      depends_on: { weights: { condition: "service_completed_successfully", required: true } },
    },
    plain: { depends_on: { engine: { condition: "service_healthy", required: true } } },
    weights: {},
  },
});
const said = (...containers: readonly object[]): string =>
  containers.map((each) => `${JSON.stringify(each)}\n`).join("");
const of = (name: string, ...containers: readonly object[]) =>
  toServiceStates({ config, ps: said(...containers) }).find((each) => each.name === name);

test("running and healthy is fine; without a health check, running is", () => {
  const up = { Service: "engine", State: "running", Health: "healthy", ExitCode: 0 };
  expect(of("engine", up)).toEqual({
    name: "engine",
    state: "running",
    health: "healthy",
    exitCode: null,
    fine: true,
  });
  for (const health of ["starting", "unhealthy", ""])
    expect(of("engine", { ...up, Health: health })).toMatchObject({ fine: false });
  expect(of("plain", { Service: "plain", State: "running", Health: "" })).toMatchObject({ fine: true });
  expect(of("plain", { Service: "plain", State: "restarting" })).toMatchObject({ fine: false });
});

test("who is to end is fine once it has ended with 0, and nobody else is", () => {
  const ended = { State: "exited", ExitCode: 0 };
  expect(of("weights", { ...ended, Service: "weights" })).toMatchObject({ exitCode: 0, fine: true });
  expect(of("weights", { ...ended, Service: "weights", ExitCode: 1 })).toMatchObject({ fine: false });
  expect(of("weights", { Service: "weights", State: "running" })).toMatchObject({ fine: false });
  // What it said while it ran is no longer so.
  expect(of("engine", { ...ended, Service: "engine", Health: "healthy" })).toMatchObject({
    health: null,
    fine: false,
  });
});

test("who has no container is missing, and what was run by hand is none", () => {
  const byHand = {
    Service: "weights",
    State: "running",
    Labels: "com.docker.compose.oneoff=True,com.docker.compose.project=sightline",
  };
  expect(of("weights", byHand)).toMatchObject({ state: "missing", fine: false });
  expect(toServiceStates({ config, ps: "" }).map(({ state }) => state)).toEqual(Array(3).fill("missing"));
});

test("of two containers of a service the one that works counts: the other is leaving", () => {
  const one = { Service: "plain", State: "running" };
  const left = { ...one, State: "exited", ExitCode: 137 };
  expect(of("plain", left, one)).toMatchObject({ state: "running", fine: true });
  expect(of("plain", left, left)).toMatchObject({ exitCode: 137, fine: false });
});

test("an answer of another form is no answer", () => {
  expect(() => toServiceStates({ config, ps: '{"Name":"a"}' })).toThrow(/Service/);
});
