import { join } from "node:path";
import { expect } from "vitest";
import { sightline } from "../../../e2e/programs.ts";
import { type FakeDocker, fakeDocker } from "../../../standins/docker.ts";
import { type TestFolder, testFolder } from "../../../standins/photo-files.ts";

/** The commands of a stack, with a stand-in for Docker, which keeps containers as compose would. */
export interface StackInDocker {
  readonly folder: TestFolder;
  readonly docker: FakeDocker;
  begin(...args: readonly string[]): ReturnType<typeof sightline>;
  run(...args: readonly string[]): Promise<{ readonly code: number | string; readonly said: string }>;
  upgrade(): Promise<{ readonly code: number | string; readonly said: string }>;
  /** The stack runs, and there is a call in its agent. */
  bringUp(gatewayEndsAfter?: number): Promise<void>;
  /** Ids of the containers of these services. */
  ids(...services: readonly string[]): readonly string[];
  close(): void;
}

export function stackInDocker(environment: Readonly<Record<string, string>> = {}): StackInDocker {
  const folder = testFolder();
  const docker = fakeDocker(join(folder.path, "bin"));
  const begin = (...args: readonly string[]) => {
    const env = {
      PATH: docker.path,
      DATA_DIR: join(folder.path, "data"),
      BIND_ADDRESS: "127.0.0.1",
      ...environment,
    };
    return sightline(args, { env });
  };
  const run: StackInDocker["run"] = async (...args) => {
    const program = begin(...args);
    const code = await program.ended;
    return { code, said: program.stderr() };
  };
  return {
    folder,
    docker,
    begin,
    run,
    upgrade: () => run("upgrade", "--engine", "simulator"),
    async bringUp(gatewayEndsAfter = 1) {
      docker.change({ endsAfter: 2 });
      const up = await run("up", "--engine", "simulator");
      expect(up.code, up.said).toBe(0);
      docker.change((state) => {
        state.told = [];
        state.endsAfter = 1;
        for (const each of state.containers)
          if (each.service === "gateway") each.endsAfter = gatewayEndsAfter;
      });
    },
    ids: (...services) => services.flatMap((service) => docker.of(service).map(({ id }) => id)),
    close: () => folder.remove(),
  };
}
