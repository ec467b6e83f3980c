import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { licenceFaults, type LicenceInput, type LicencePolicy } from "../../scripts/check-licences.ts";

const reason = "a reason that says why this one is fine";
const policy: LicencePolicy = {
  allowed: ["MIT", "Apache-2.0", "ISC"],
  exceptions: [{ packages: "@img/lib*", licence: "LGPL-3.0-or-later", reason }],
  models: [{ name: "detector", licence: "Apache-2.0", reason }],
  installScripts: [{ package: "native", run: false, reason }],
};

function faults(packages: LicenceInput["lock"]["packages"], changes: Partial<LicenceInput> = {}) {
  return licenceFaults({
    lock: {
      packages: {
        "": { license: "Apache-2.0" },
        "node_modules/@img/libvips": { license: "MIT" },
        ...packages,
      },
    },
    policy,
    models: { assets: [{ name: "detector", licence: "Apache-2.0" }] },
    npmrc: "fund=false\nignore-scripts=true\n",
    ...changes,
  });
}

describe("a production dependency", () => {
  test.each(["MIT", "(MIT OR GPL-3.0-only)", "MIT AND (ISC OR Apache-2.0)", "GPL-2.0-only OR MIT"])(
    "under %s is taken",
    (license) => {
      expect(faults({ "node_modules/a": { license } })).toEqual([]);
    },
  );

  test.each([
    "GPL-3.0-only",
    "GPL-2.0+",
    "GPLv3",
    "GPL",
    "AGPL-3.0-or-later",
    "LGPL-3.0-or-later",
    "MIT AND GPL-3.0-only",
    "MIT AND (GPL-3.0-only OR AGPL-3.0-only)",
    "GPL-2.0-only WITH Classpath-exception-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "SSPL-1.0",
    "UNLICENSED",
    "SEE LICENSE IN LICENSE.md",
    "MIT MIT",
    "(MIT",
    "MIT AND",
    "mit",
  ])("under %s is refused", (license) => {
    expect(faults({ "node_modules/a": { license } })).toEqual([`a: ${license} is not allowed`]);
  });

  test.each([undefined, "", { type: "MIT" }, ["MIT"]])(
    "that names its licence as %j is refused",
    (license) => {
      expect(faults({ "node_modules/a": { license } })).toEqual(["a: names no licence"]);
    },
  );

  test("deep in the tree is looked at too", () => {
    expect(faults({ "node_modules/a/node_modules/@b/c": { license: "GPL-3.0-only" } })).toEqual([
      "@b/c: GPL-3.0-only is not allowed",
    ]);
  });

  test("for development only may be what it is", () => {
    expect(faults({ "node_modules/a": { license: "GPL-3.0-only", dev: true } })).toEqual([]);
  });
});

describe("an exception", () => {
  test("holds for its packages and its licence only", () => {
    const license = "Apache-2.0 AND LGPL-3.0-or-later";
    expect(faults({ "node_modules/@img/libvips": { license } })).toEqual([]);
    expect(faults({ "node_modules/other": { license } })).toHaveLength(1);
    expect(faults({ "node_modules/@img/libvips": { license: "MPL-2.0" } })).toHaveLength(1);
  });

  test.each(["GPL-3.0-only", "AGPL-3.0-only"])("cannot let in %s", (licence) => {
    const wide = { ...policy, exceptions: [{ packages: "*", licence, reason }] };
    expect(faults({ "node_modules/a": { license: licence } }, { policy: wide })).toEqual([
      `${licence}: cannot be allowed, not even by exception`,
      `a: ${licence} is not allowed`,
    ]);
  });

  test("needs a reason and a package", () => {
    const bare = { ...policy, exceptions: [{ packages: "gone", licence: "MPL-2.0", reason: "ok" }] };
    expect(faults({}, { policy: bare })).toEqual([
      expect.stringContaining("expected a reason"),
      "gone: an exception for a package that is not there",
    ]);
  });
});

test("a model without a reason, or under another licence than listed, is refused", () => {
  const assets = [
    { name: "detector", licence: "AGPL-3.0-only" },
    { name: "other", licence: "MIT" },
  ];
  expect(faults({}, { models: { assets } })).toEqual([
    "detector: is under AGPL-3.0-only, listed as Apache-2.0",
    "other: a model or picture without a reason for its licence (MIT)",
  ]);
});

test("an install script that is not in the list is refused, also one for development", () => {
  expect(
    faults({
      "node_modules/native": { license: "MIT", hasInstallScript: true },
      "node_modules/sneaky": { license: "MIT", hasInstallScript: true, dev: true },
    }),
  ).toEqual(["sneaky: has an install script that is not in the list of install scripts"]);
});

test.each(["", "ignore-scripts=false", "# ignore-scripts=true"])(".npmrc with %j is refused", (npmrc) => {
  expect(faults({}, { npmrc })).toEqual([expect.stringContaining("ignore-scripts=true")]);
});

test("the project itself has no fault", () => {
  const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const input = {
    lock: JSON.parse(read("package-lock.json")) as LicenceInput["lock"],
    policy: JSON.parse(read("scripts/licences.json")) as LicencePolicy,
    models: JSON.parse(read("inference/models.lock.json")) as LicenceInput["models"],
    npmrc: read(".npmrc"),
  };
  expect(licenceFaults(input)).toEqual([]);
});
