import { execFile } from "node:child_process";
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ownSecret } from "../../../orchestrator/store/secret.ts";
import { testFolder } from "./test-folder.ts";

test("the secret is made once, 256 bits, for its owner alone", () => {
  const dir = join(testFolder(), "data");
  const secret = ownSecret(dir);
  expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  chmodSync(join(dir, "secret"), 0o644);
  expect(ownSecret(dir)).toBe(secret);
  expect(statSync(join(dir, "secret")).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(["secret"]);
  expect(ownSecret(testFolder())).not.toBe(secret);
});

test("processes that start together share one", async () => {
  const dir = testFolder();
  const script = `import { ownSecret } from ${JSON.stringify(join(import.meta.dirname, "../../../orchestrator/store/secret.ts"))};
    process.stdout.write(ownSecret(${JSON.stringify(dir)}))`;
  const runs = await Promise.all(
    Array.from({ length: 4 }, () =>
      promisify(execFile)(process.execPath, ["--input-type=module-typescript", "-e", script]),
    ),
  );
  expect(new Set(runs.map(({ stdout }) => stdout))).toEqual(new Set([ownSecret(dir)]));
});

test("a file that holds something else is no secret", () => {
  const dir = testFolder();
  writeFileSync(join(dir, "secret"), "hunter2");
  expect(() => ownSecret(dir)).toThrow("does not hold a secret");
});
