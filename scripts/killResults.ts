// Kills a server at random moments while it talks with other systems, and looks whether all came once:
//   npx tsx scripts/killResults.ts [number] [hl7 | astm | fhir | watch] [program]
// Signs as many cases, whose results go out by that protocol and whose events by a webhook, to receivers that cut connections, can't now, or answer
// late; or writes as many pictures into a watched folder. Without a name it does one after the other. The program must be built: npm run build.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { killResults } from "../tests/support/kills/killResults.ts";
import { killWatch } from "../tests/support/kills/killWatch.ts";

const KINDS = ["hl7", "astm", "fhir", "watch"] as const;
const number = Number(process.argv[2] ?? 120);
const wanted = process.argv[3];
const program = process.argv[4] ?? fileURLToPath(new URL("../packages/leukogram/dist/cli/main.js", import.meta.url));
const kinds = KINDS.filter((kind) => wanted === undefined || kind === wanted);
if (kinds.length === 0) throw new Error(`the kind is one of ${KINDS.join(", ")}, not ${wanted}`);

for (const kind of kinds) {
  const folder = mkdtempSync("/tmp/leukogram-kill-");
  const place = { folder: join(folder, "data"), program, seed: 1 };
  const began = performance.now();
  const outcome = await (kind === "watch"
    ? killWatch({ ...place, pictures: number, watched: join(folder, "watched") })
    : killResults({ ...place, signatures: number, protocol: kind }));
  rmSync(folder, { recursive: true });
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`${kind}: ${number} in ${seconds} s: ${JSON.stringify(outcome)}\n`);
  if (outcome.faults.length > 0) process.exitCode = 1;
}
