import { afterEach, beforeEach, expect, test } from "vitest";
import { endLeftOut } from "../../../../orchestrator/commands/stack/up-docker-left-out.ts";
import { loadModel } from "../../../containers/compose-model.ts";
import { toldDocker } from "./told-docker.ts";

let docker: ReturnType<typeof toldDocker>;
beforeEach(() => {
  docker = toldDocker();
});
afterEach(() => docker.remove());

const { signal } = new AbortController();

/** A plan of these profiles, by a Docker where these services have a container. */
function withContainers(made: readonly string[], ...profiles: readonly string[]) {
  const ps = made.map((Service) => JSON.stringify({ Service, State: "running" })).join("\n");
  return docker.plan(`case " $* " in *" ps "*) echo '${ps}' ;; esac`, ...profiles);
}
/** What it was told beyond questions. */
const ended = (): readonly string[] => docker.told().filter((line) => !line.includes(" ps "));

test("what is there and asked for no more is ended, whatever it was begun by, and nothing else", async () => {
  const made = ["gate", "agent", "stt", "tts", "prometheus", "grafana"];
  await endLeftOut(withContainers(made, "observability", "speech"), signal);
  await endLeftOut(withContainers([], "speech"), signal);
  expect(ended()).toEqual([]);
  await endLeftOut(withContainers(made, "speech"), signal);
  expect(ended()).toEqual([
    "compose --profile=speech --profile=* stop --timeout 5 prometheus grafana",
    "compose --profile=speech --profile=* rm --force prometheus grafana",
  ]);
});

test("every service that only a profile starts is ended with it", async () => {
  const { services } = await loadModel(["docker-compose.gpu.yml"], {
    profiles: ["observability", "speech", "turn"],
  });
  const ofProfiles = Object.entries(services).flatMap(([name, { profiles }]) =>
    profiles.some((profile) => ["observability", "speech", "turn"].includes(profile)) ? [name] : [],
  );
  await endLeftOut(withContainers(Object.keys(services)), signal);
  const [stopped = ""] = ended();
  expect(stopped.split(" --timeout 5 ")[1]?.split(" ").toSorted()).toEqual(ofProfiles.toSorted());
});
