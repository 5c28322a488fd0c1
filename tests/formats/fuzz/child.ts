// A process that reads damaged files, one after the other, and says how each ended. Its parent watches the clock.
// Of several readers, each is given a file in turn.
//   child.ts READER|READER SEED FROM TO FOLDER

import childProcess from "node:child_process";
import { EventEmitter } from "node:events";
import fs, { writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import { type FuzzedReader, placed, READERS, SEEDS } from "./readers.ts";
import type { Files } from "./seeds.ts";

const [names, seed, from, to, folder] = process.argv.slice(2) as [string, string, string, string, string];
const turns = names.split("|").map((name) => ({ name, reader: READERS[name]! }));
const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

/** What the reader opened, wrote or started that is not its business. */
const outside: string[] = [];
let isWatching = false;

// Calls that a reader may make of its own file alone, or not at all.
function watch(module: Record<string, unknown>, names: readonly string[], isAllowed: (path: string) => boolean): void {
  for (const key of names) {
    const real = module[key] as (...args: unknown[]) => unknown;
    module[key] = (...args: unknown[]) => {
      if (isWatching && !isAllowed(String(args[0]))) outside.push(`${key} ${String(args[0])}`);
      return real(...args);
    };
  }
}

const isWithin = (path: string) => resolve(path).startsWith(`${resolve(folder)}${sep}`) || /^\d+$/.test(path);
const reads = ["readFile", "open", "stat", "readdir", "access", "lstat"];
const writes = ["writeFile", "rm", "mkdir", "rename", "unlink", "copyFile", "symlink"];
watch(fs.promises as never, reads, isWithin);
watch(fs.promises as never, writes, () => false);
watch(fs as never, [...reads, "readFileSync", "openSync", "readSync", "createReadStream"], isWithin);
watch(fs as never, [...writes, "writeFileSync", "rmSync", "createWriteStream"], () => false);
watch(
  childProcess as never,
  ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"],
  () => false,
);
syncBuiltinESMExports();

const plainKeys = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));

const PRIVATE = /\p{Cc}/u;

/** How an error is wrong; undefined where it is as it should be. */
function faultOf(error: unknown): string | undefined {
  if (!(error instanceof LeukogramError)) return `unclear error: ${(error as Error)?.stack ?? String(error)}`;
  if (PRIVATE.test(error.message))
    return `message of several lines or with control characters: ${error.message.slice(0, 300)}`;
  if (error.message.length > 3000)
    return `message of ${error.message.length} characters: ${error.message.slice(0, 200)}`;
  return undefined;
}

async function outcome(
  reader: FuzzedReader,
  path: string,
): Promise<{ readonly code: string; readonly fault?: string | undefined; readonly message?: string }> {
  outside.length = 0;
  isWatching = true;
  try {
    await reader.read(path);
    return { code: "read" };
  } catch (error) {
    return { code: (error as LeukogramError).code ?? "none", fault: faultOf(error), message: (error as Error).message };
  } finally {
    isWatching = false;
  }
}

// A promise that fails behind the reader's back would end the program.
let late: string | undefined;
process.on("unhandledRejection", (error) => {
  late = `unhandled: ${(error as Error)?.stack ?? String(error)}`;
});
process.on("uncaughtException", (error) => {
  late = `uncaught: ${error.stack}`;
});
EventEmitter.defaultMaxListeners = 0;

process.once("exit", () => late !== undefined && process.stderr.write(late));
const seeds = new Map<FuzzedReader, Files>();
for (const { reader } of turns) {
  const files = await SEEDS[reader.seed]();
  await reader.read(placed(files, folder));
  seeds.set(reader, files);
}
say({ baseline: process.resourceUsage().maxRSS });
for (let i = Number(from); i < Number(to); i++) {
  const { name, reader } = turns[i % turns.length]!;
  const rng = new Rng(`${seed}/${name}/${Math.floor(i / turns.length)}`);
  const path = placed(await reader.damage(seeds.get(reader)!, rng), folder);
  say({ begin: i });
  const start = performance.now();
  const ended = await outcome(reader, path);
  const ms = performance.now() - start;
  if (i % 16 === 0) await new Promise((done) => setImmediate(done));
  const polluted =
    JSON.stringify(Object.getOwnPropertyNames(Object.prototype)) !== plainKeys
      ? "Object.prototype was changed"
      : undefined;
  const fault = ended.fault ?? polluted ?? late ?? (outside.length > 0 ? `opened ${outside.join(", ")}` : undefined);
  late = undefined;
  say({
    end: i,
    code: ended.code,
    ms,
    rss: process.resourceUsage().maxRSS,
    fault,
    message: ended.message?.slice(0, 300),
  });
}
say({ done: true });
