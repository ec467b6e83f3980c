import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty folder that is gone after the test. */
export function testFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "sightline-store-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
