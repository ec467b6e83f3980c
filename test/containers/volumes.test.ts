import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CPU_FILE, GPU_FILE, loadModel, PROFILES, PROJECT, SPEECH_CPU_FILE } from "./compose-model.ts";

const OWN = "10001:10001";
/** Read and enter, of others. */
const OTHERS_READ = 0o005;

/** Modes of the folders that an image makes for volumes, by their paths. */
function foldersOf(dockerfile: string): ReadonlyMap<string, number> {
  const text = readFileSync(join(PROJECT, dockerfile), "utf8");
  const made = [...text.matchAll(/install -d -o 10001 -g 10001 -m (\d{4})((?: \/\S+)+)/g)];
  return new Map(
    made.flatMap(([, mode = "", paths = ""]) =>
      paths
        .trim()
        .split(" ")
        .map((path) => [path, Number.parseInt(mode, 8)] as const),
    ),
  );
}

it.each([
  { files: [GPU_FILE] },
  { files: [GPU_FILE, SPEECH_CPU_FILE] },
  { files: [GPU_FILE, CPU_FILE, SPEECH_CPU_FILE] },
])("whoever mounts a volume of ours can use its folder: $files", async ({ files }) => {
  const { services } = await loadModel(files, { profiles: PROFILES });
  const folders = foldersOf("Dockerfile");
  const strangers: string[] = [];
  for (const [name, { user, volumes }] of Object.entries(services)) {
    for (const { type, target, read_only: readOnly } of volumes) {
      const mode = type === "volume" ? folders.get(target) : undefined;
      if (mode === undefined || user === OWN) continue;
      strangers.push(name);
      expect(readOnly, `${name} ${target}`).toBe(true);
      expect(mode & OTHERS_READ, `${name} ${target}`).toBe(OTHERS_READ);
    }
  }
  expect(strangers).toContain("stt");
});

it("both images give a volume the same mode, since whichever comes first decides", () => {
  const ours = foldersOf("Dockerfile");
  expect([...ours.keys()].toSorted()).toEqual(["/cache", "/data", "/models"]);
  const gate = foldersOf("inference/gate/Dockerfile");
  expect(gate.get("/models")).toBe(ours.get("/models"));
});

it("what only we read stays closed to others", () => {
  const ours = foldersOf("Dockerfile");
  expect([ours.get("/data"), ours.get("/cache")]).toEqual([0o750, 0o750]);
});

it("Kokoro can load what it copies to /tmp, which Docker allows nobody who does not ask", async () => {
  const { services } = await loadModel([GPU_FILE], { profiles: PROFILES });
  const tmpOf = ({ tmpfs }: { readonly tmpfs: readonly string[] }) =>
    tmpfs.find((each) => each.startsWith("/tmp:"))?.split(/[:,]/);
  expect(tmpOf(services["tts"]!)).toContain("exec");
  const others = Object.entries(services).filter(([name]) => name !== "tts");
  expect(others.filter(([, service]) => tmpOf(service)?.includes("exec") !== false)).toEqual([]);
});
