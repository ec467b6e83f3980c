import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**"],
    testTimeout: 15_000,
    // Not threads: onnxruntime-node aborts the process when a worker thread that used it ends.
    pool: "forks",
    maxWorkers: 2,
  },
});
