/**
 * Damages files of every format in every way, and lets the readers read them: docs/measurements/formats.md, Damaged files.
 *
 *   npx tsx scripts/fuzzFormats.ts 20000 --seed 1 [--only READER] [--from N]
 */
import { parseArgs } from "node:util";
import { READERS } from "../tests/formats/fuzz/readers.ts";
import { fuzzReader } from "../tests/formats/fuzz/runFuzz.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string", default: "1" }, only: { type: "string" }, from: { type: "string", default: "0" } },
});
const total = Number(positionals[0] ?? 20_000);
const names = Object.keys(READERS).filter((name) => values.only === undefined || name === values.only);
const count = Math.ceil(total / names.length);
const say = (line: string) => process.stdout.write(`${line}\n`);

say("| Reader | Mutations | Read | Refused | Slowest, ms | Peak, MB | of which at rest | Faults |");
say("| - | -: | -: | - | -: | -: | -: | -: |");
let faults = 0;
for (const name of names) {
  const tally = await fuzzReader(name, { seed: values.seed, count, from: Number(values.from) });
  const { read = 0, ...codes } = tally.codes;
  const refused = Object.entries(codes)
    .sort()
    .map(([code, times]) => `${code} ${times}`);
  const numbers = [tally.slowestMs, tally.peakMb, tally.baselineMb].map(Math.round);
  say(`| ${[name, tally.mutations, read, refused.join(", "), ...numbers, tally.faults.length].join(" | ")} |`);
  for (const { mutation, what } of tally.faults) process.stderr.write(`${name} ${mutation}: ${what}\n`);
  faults += tally.faults.length;
}
process.exitCode = faults === 0 ? 0 : 1;
