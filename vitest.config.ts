import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { defineConfig } from "vitest/config";
import { FileOrder } from "./tests/support/fileOrder.ts";
import { builtPath, type PACKAGES } from "./tests/support/packages.ts";

/** Worker threads of what is tested run the compiled program's scripts: from its sources each start costs a second. */
const compiledWorkers = {
  name: "compiled-workers",
  transform(code: string, id: string) {
    const [, name, folder] = relative(import.meta.dirname, id).match(/^packages\/(\w+)\/src\/(.+)\/[^/]+\.ts$/) ?? [];
    if (folder === undefined) return undefined;
    const built = pathToFileURL(`${builtPath(name as keyof typeof PACKAGES, folder)}/`).href;
    const moved = code.replace(/new URL\("(\.\/\w+Worker)", import\.meta\.url\)/g, `new URL("$1", "${built}")`);
    return moved === code ? undefined : { code: moved, map: null };
  },
};

export default defineConfig({
  plugins: [compiledWorkers],
  resolve: { tsconfigPaths: true },
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: "./tests/support/buildProgram.ts",
    setupFiles: "./tests/support/typedArrays.ts",
    testTimeout: 240_000,
    hookTimeout: 240_000,
    pool: "forks",
    // Tests leave nothing behind in their process, so that it can be the process of many files, which import once.
    isolate: false,
    expect: { poll: { timeout: 30_000 } },
    // Many tests wait for a program of their own, so that two files at a time keep two cores busy.
    maxWorkers: 3,
    sequence: { sequencer: FileOrder },
    reporters: ["default", "./tests/support/closingLine.ts"],
  },
});
