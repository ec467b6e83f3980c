import { expect, test } from "vitest";
import { toDocker } from "../../../orchestrator/up/docker-says.ts";

const info = {
  ServerVersion: "29.1.3",
  DockerRootDir: "/var/lib/docker",
  Runtimes: { "io.containerd.runc.v2": { path: "runc" }, runc: { path: "runc" } },
};
const says = (stdout: string, reason?: string) => ({ stdout, reason });
const look = (answer: object, compose = says("2.40.3\n")) =>
  toDocker({ info: says(`${JSON.stringify(answer)}\n`), compose });

test("an engine, its plugin and the way to the GPU", () => {
  const nvidia = { ...info, Runtimes: { ...info.Runtimes, nvidia: { path: "nvidia-container-runtime" } } };
  expect(look(nvidia)).toEqual({
    engine: { version: "29.1.3", gpus: true, rootDir: "/var/lib/docker" },
    said: "",
    compose: "2.40.3",
  });
});

test("without the runtime, devices that CDI describes do as well", () => {
  expect(look(info).engine?.gpus).toBe(false);
  const devices = [{ Source: "cdi", ID: "nvidia.com/gpu=0" }];
  expect(look({ ...info, DiscoveredDevices: devices }).engine?.gpus).toBe(true);
});

test("an engine that does not answer, in the client's words", () => {
  const words =
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
  expect(look({ ServerErrors: [words] })).toMatchObject({ engine: undefined, said: words });
  const failed = toDocker({ info: says("", `1: ${words}`), compose: says("2.40.3") });
  expect(failed).toMatchObject({ engine: undefined, said: words });
});

test("no plugin: docker takes compose for a command that it does not know", () => {
  const unknown = says("", "1: docker: unknown command: docker compose");
  expect(look(info, unknown).compose).toBeUndefined();
  expect(look(info, says("v5.0.1\n")).compose).toBe("5.0.1");
});
