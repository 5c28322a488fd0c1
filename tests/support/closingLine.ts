import type { Reporter, TestModule } from "vitest/node";

/** Ends the suite with `N passed, N failed`, alone on a line, for whoever reads the log by machine. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === "passed" || state === "failed" || state === "skipped") counts[state]++;
        if (state === "failed") failedTests++;
      }
      // A module that breaks on import holds no failed test of its own, and must still count.
      if (module.state() === "failed" && failedTests === 0) counts.failed++;
    }
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
}
