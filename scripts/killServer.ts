// Kills a serving laboratory 50 times at random moments, over PGlite and over a real Postgres, and checks all that was
// acknowledged: npx tsx scripts/killServer.ts [rounds] [program]. The program must be built: npm run build.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { killRounds } from "../tests/support/kills/killRounds.ts";
import { postgresPrograms, runPostgres } from "../tests/support/postgres.ts";

const rounds = Number(process.argv[2] ?? 50);
const program = process.argv[3] ?? fileURLToPath(new URL("../packages/leukogram/dist/cli/main.js", import.meta.url));

async function round(name: string, url: string | undefined): Promise<void> {
  const folder = mkdtempSync("/tmp/leukogram-kill-");
  const began = performance.now();
  const outcome = await killRounds({ rounds, folder: join(folder, "data"), url, program });
  rmSync(folder, { recursive: true });
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`${name}: ${rounds} kills in ${seconds} s: ${JSON.stringify(outcome)}\n`);
  if (outcome.faults.length > 0) process.exitCode = 1;
}

await round("PGlite", undefined);
const bin = postgresPrograms();
if (bin === undefined) process.stdout.write("Postgres: skipped, there is none in /usr/lib/postgresql\n");
else {
  const server = await runPostgres(bin);
  await round("Postgres", server.create());
  server.remove();
}
