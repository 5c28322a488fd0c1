import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    globalSetup: "./tests/support/buildProgram.ts",
    setupFiles: "./tests/support/typedArrays.ts",
    pool: "forks",
    // Many tests wait for a program of their own, so that two files at a time keep two cores busy.
    maxWorkers: 3,
    reporters: ["default", "./tests/closingLine.ts"],
  },
});
