import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**"],
    // The longest that does not say so itself takes fourteen seconds of real time.
    testTimeout: 30_000,
    // What is polled for comes at once on a machine that is free; a busy one takes its time.
    expect: { poll: { timeout: 8000 } },
    // Not threads: onnxruntime-node aborts the process when a worker thread that used it ends.
    pool: "forks",
    maxWorkers: 2,
  },
});
