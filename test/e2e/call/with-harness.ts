import { afterAll, afterEach, beforeAll } from "vitest";
import { type Harness, type HarnessOptions, startHarness } from "./harness.ts";

/** A whole Sightline for the tests of this file; after each test every caller leaves. */
export function withHarness(options: HarnessOptions): () => Harness {
  let harness: Harness | undefined;
  const running = (): Harness => {
    if (!harness) throw new Error("the harness is not started yet");
    return harness;
  };
  beforeAll(async () => {
    harness = await startHarness(options);
  }, 60_000);
  afterEach(() => running().hangUp());
  afterAll(() => harness?.close());
  return running;
}
