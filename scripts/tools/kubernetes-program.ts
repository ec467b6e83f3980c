import { execFile } from "node:child_process";
import { chmod, cp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildOnce } from "./build-once.ts";
import { kubernetesModule } from "./kubernetes.ts";

const run = promisify(execFile);
const BUILD_TIMEOUT_MS = 40 * 60_000;
/** Libraries that Kubernetes keeps in its own repository; published with the minor version of each release. */
const OWN_LIBRARIES = /^\s*(k8s\.io\/\S+) => \.\/staging\/\S+$/gm;

export type KubernetesProgram = "kube-apiserver" | "kube-scheduler";

/**
 * Path of one of Kubernetes' own programs, built with Go from its published module (the API server seven minutes on
 * two quiet cores the first time, 2 GB of Go's cache; the scheduler after it two), kept by its version.
 *
 * @throws when Go or the module proxy cannot be had
 */
export async function kubernetesProgram(
  name: KubernetesProgram,
  onProgress?: (line: string) => void,
): Promise<string> {
  const { folder, version } = await kubernetesModule();
  const built = await buildOnce(`${name}-${version}`, async (draft) => {
    onProgress?.(`Building ${name} ${version} with Go, once; this takes minutes.`);
    const source = join(draft, "source");
    await cp(folder, source, { recursive: true });
    await writable(source);
    const libraries = [...(await readFile(join(source, "go.mod"), "utf8")).matchAll(OWN_LIBRARIES)].map(
      ([, library]) => library ?? "",
    );
    const published = version.replace(/^v1\./, "v0.");
    const edits = libraries.flatMap((library) => [
      `-dropreplace=${library}`,
      `-require=${library}@${published}`,
    ]);
    await go(["mod", "edit", ...edits], source);
    const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
    const stamp = { gitVersion: version, gitMajor: major, gitMinor: minor };
    const flags = Object.entries(stamp).map(
      ([field, value]) => `-X k8s.io/component-base/version.${field}=${value}`,
    );
    const target = ["-o", join(draft, name), `./cmd/${name}`];
    await go(["build", "-trimpath", "-ldflags", `-s -w ${flags.join(" ")}`, ...target], source);
    await rm(source, { recursive: true });
  });
  return join(built, name);
}

/** Files of Go's module cache are read-only. */
async function writable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await writable(join(folder, entry.name));
    else await chmod(join(folder, entry.name), 0o644);
}

async function go(args: readonly string[], cwd: string): Promise<void> {
  await run("go", [...args], {
    cwd,
    env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOWORK: "off", GOFLAGS: "-mod=mod" },
    timeout: BUILD_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
}
