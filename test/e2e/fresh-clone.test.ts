import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { clearPicture, type TestFolder, testFolder } from "../standins/photo-files.ts";
import { PROJECT, start } from "./programs.ts";

const mirror = process.env["ASSETS_MIRROR"] ?? join(PROJECT, "../shared/assets");

let folder: TestFolder;
let clone: string;
beforeAll(() => {
  folder = testFolder();
  clone = join(folder.path, "a clone");
  execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${PROJECT}`, clone]);
});
afterAll(() => folder.remove());

it("a clone into an empty folder, without weights: set up, and told clearly what is missing", async () => {
  const env = { ASSETS_MIRROR: folder.path, CI: "1" };
  const early = start(join(clone, "sightline"), ["ask", "-", "Hello?"], { cwd: clone, env });
  expect(await early.ended).toBe(1);
  expect(early.stderr()).toMatch(/^sightline: [^\n]*run 'make setup' once\n$/);

  const setup = start("make", ["setup"], { cwd: clone, env });
  expect(await setup.ended).toBe(0);

  const photo = folder.put("photo.jpg", await clearPicture());
  const ask = start(join(clone, "sightline"), ["ask", photo, "What is in front of me?"], { cwd: clone, env });
  expect(await ask.ended).toBe(1);
  expect(ask.stderr()).toMatch(
    /gave no verdict \(gate-unready\); 'sightline doctor' says what is missing\n$/,
  );

  const doctor = start(join(clone, "sightline"), ["doctor", "--json"], { cwd: clone, env });
  await doctor.ended;
  const checks = doctor
    .stdout()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);
  expect(checks.filter(({ state }) => state === "missing" || state === "failed").length).toBeGreaterThan(0);
  for (const check of checks) expect(Object.keys(check)).toEqual(["check", "state", "detail", "fix"]);
}, 600_000);

it.skipIf(!existsSync(mirror))(
  "make demo answers about two photos, with nothing else configured",
  async () => {
    const demo = start("make", ["demo"], { cwd: clone, env: { ASSETS_MIRROR: mirror, CI: "1" } });
    expect(await demo.ended).toBe(0);
    expect(demo.stdout()).toMatch(/^person\.jpg: Is anyone there\?$/m);
    expect(demo.stdout()).toMatch(/^ {2}gate +person [01]\.\d\d \(person-detected/m);
    expect(demo.stdout()).toMatch(/^ {2}gate +clear [01]\.\d\d \(no-person/m);
    expect(demo.stdout()).toMatch(/^ {2}answer +One person, at /m);
  },
  600_000,
);
