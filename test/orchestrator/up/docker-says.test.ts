import { describe, expect, test } from "vitest";
import { toDocker } from "../../../orchestrator/up/docker-says.ts";

const info = {
  ServerVersion: "29.1.3",
  DockerRootDir: "/var/lib/docker",
  Runtimes: { "io.containerd.runc.v2": { path: "runc" }, runc: { path: "runc" } },
};
const says = (stdout: string, reason?: string) => ({ stdout, reason });
const look = (answer: object, compose = says("2.40.3\n")) =>
  toDocker({ info: says(`${JSON.stringify(answer)}\n`), compose, containerdConfig: "" });

test("an engine, its plugin and the way to the GPU", () => {
  const nvidia = { ...info, Runtimes: { ...info.Runtimes, nvidia: { path: "nvidia-container-runtime" } } };
  expect(look(nvidia)).toEqual({
    engine: { version: "29.1.3", gpus: true, volumesDir: "/var/lib/docker", imagesDir: "/var/lib/docker" },
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
  const failed = toDocker({ info: says("", `1: ${words}`), compose: says("2.40.3"), containerdConfig: "" });
  expect(failed).toMatchObject({ engine: undefined, said: words });
});

test("no plugin: docker takes compose for a command that it does not know", () => {
  const unknown = says("", "1: docker: unknown command: docker compose");
  expect(look(info, unknown).compose).toBeUndefined();
  expect(look(info, says("v5.0.1\n")).compose).toBe("5.0.1");
});

describe("images are kept", () => {
  const places = (more: object, containerdConfig = "") => {
    const moved = { ...info, DockerRootDir: "/data/docker", ...more };
    return toDocker({ info: says(JSON.stringify(moved)), compose: says("5.0.1"), containerdConfig }).engine;
  };
  const DriverStatus = [["driver-type", "io.containerd.snapshotter.v1"]];
  const at = (Address: string) => ({ DriverStatus, Containerd: { Address } });

  test("by the engine itself, below its own folder", () => {
    const classic = { DriverStatus: [["Backing Filesystem", "extfs"]] };
    expect(places(classic, 'root = "/elsewhere"')).toMatchObject({ imagesDir: "/data/docker" });
  });

  test("by the machine's containerd, which does not follow Docker's data-root", () => {
    const there = { imagesDir: "/var/lib/containerd", volumesDir: "/data/docker" };
    expect(places({ DriverStatus })).toMatchObject(there);
    expect(places(at("/run/containerd/containerd.sock"))).toMatchObject(there);
    expect(places({ DriverStatus }, '# root = "/no"\nversion = 2\nstate = "/run/containerd"')).toMatchObject(
      there,
    );
    expect(places({ DriverStatus }, 'version = 3\n[proxy]\n  root = "/no"\n')).toMatchObject(there);
    const config = `version = 3\nroot = '/data/containerd'\n[grpc]\n  root = "/no"\n`;
    expect(places({ DriverStatus }, config)).toMatchObject({ imagesDir: "/data/containerd" });
  });

  test("by a containerd that the engine runs, below the engine's folder", () => {
    const own = at("/var/run/docker/containerd/containerd.sock");
    expect(places(own, 'root = "/elsewhere"')).toMatchObject({ imagesDir: "/data/docker" });
  });
});
