// Signs cases while the server is killed at random moments and the receiver of results cuts connections, and looks whether each result
// came once: npx tsx scripts/killResults.ts [signatures] [program]. The program must be built: npm run build.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { killResults } from "../tests/support/killResults.ts";

const signatures = Number(process.argv[2] ?? 120);
const program = process.argv[3] ?? fileURLToPath(new URL("../packages/leukogram/dist/cli/main.js", import.meta.url));
const folder = mkdtempSync("/tmp/leukogram-kill-");
const began = performance.now();
const outcome = await killResults({ signatures, folder: join(folder, "data"), program, seed: 1 });
rmSync(folder, { recursive: true });
const seconds = Math.round((performance.now() - began) / 1000);
process.stdout.write(`${outcome.signatures} signatures in ${seconds} s: ${JSON.stringify(outcome)}\n`);
if (outcome.faults.length > 0) process.exitCode = 1;
