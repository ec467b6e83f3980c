import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/e2e/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Elsewhere rtc-node writes debug lines to the standard output.
    env: { NODE_ENV: "production" },
    fileParallelism: false,
  },
});
