import { defineConfig } from "vitest/config";

/** Nothing in them depends on how quick the machine is: they share it. */
const TOGETHER = [
  "test/e2e/*.test.ts",
  "test/e2e/containers/**/*.test.ts",
  "test/e2e/k8s/**/*.test.ts",
  "test/e2e/observability/{dashboards,rules}.test.ts",
  "test/e2e/store/**/*.test.ts",
  "test/e2e/up/{containers,refused}.test.ts",
  "test/e2e/web/{layout,page}.test.ts",
];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "alone",
          include: ["test/e2e/**/*.test.ts"],
          exclude: TOGETHER,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: "together", include: TOGETHER, maxWorkers: 2, sequence: { groupOrder: 2 } },
      },
    ],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is polled for comes at once on a machine that is free; a busy one takes its time.
    expect: { poll: { timeout: 8000 } },
    // Elsewhere rtc-node writes debug lines to the standard output.
    env: { NODE_ENV: "production" },
  },
});
