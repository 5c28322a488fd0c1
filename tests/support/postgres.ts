// A real Postgres of its own, where the machine has one.
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const ROOT = "/usr/lib/postgresql";

/** Folder of its programs; undefined where there is none. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(ROOT) ? readdirSync(ROOT).sort() : [];
  const bin = versions.length === 0 ? undefined : join(ROOT, versions.at(-1)!, "bin");
  return bin !== undefined && existsSync(join(bin, "initdb")) ? bin : undefined;
}

/** A server that runs. */
export interface Postgres {
  /** Address of a new empty database. */
  create(): string;
  /** Ends it at once, as a crash would; `start` brings it back. */
  stop(mode?: "fast" | "immediate"): void;
  start(): void;
  remove(): void;
}

/** Starts a server, which ends when it is removed. */
export async function runPostgres(bin: string): Promise<Postgres> {
  const folder = mkdtempSync("/tmp/leukogram-postgres-");
  // It refuses to run as root.
  const as = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid!);
  const port = await freePort();
  const call = (program: string, ...args: string[]) =>
    execFileSync(join(bin, program), args, { ...as, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const data = join(folder, "data");
  call("initdb", "-D", data, "-A", "trust", "-U", "leukogram", "--no-sync");
  const start = () =>
    void call(
      "pg_ctl",
      "-D",
      data,
      "-w",
      "-l",
      join(folder, "log"),
      "-o",
      `-p ${port} -k ${folder} -h 127.0.0.1`,
      "start",
    );
  const stop = (mode: "fast" | "immediate" = "fast") => void call("pg_ctl", "-D", data, "-w", "-m", mode, "stop");
  start();
  let made = 0;
  return {
    create() {
      const name = `laboratory${++made}`;
      call("createdb", "-h", "127.0.0.1", "-p", String(port), "-U", "leukogram", name);
      return `postgres://leukogram@127.0.0.1:${port}/${name}`;
    },
    stop,
    start,
    remove() {
      stop("immediate");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function idOf(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
