/**
 * Runs the lines of deploy/Containerfile one after the other, without an engine for containers: FROM is a tree of debootstrap with
 * this machine's Node, RUN is chroot, and at the end the server is started as the file says and asked for its health. It is no
 * build: layers, the base image and the isolation are not tried.
 *
 *   npx tsx scripts/checkContainer.ts FOLDER     # as root; about 10 minutes, 3 GB; takes what was committed
 */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = resolve(process.argv[2] ?? "container");
const lines = readFileSync(join(root, "deploy/Containerfile"), "utf8").split("\n");

const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: "inherit" });
// Whatever the npm of this machine asks, so does that of the tree.
const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
// A machine may trust more authorities than the tree does.
const trusted = process.env.NODE_EXTRA_CA_CERTS;
const environment = [
  ...(trusted === undefined ? [] : ["NODE_EXTRA_CA_CERTS=/usr/local/share/extra.crt"]),
  ...["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", `npm_config_registry=${registry}`],
];

interface Stage {
  readonly tree: string;
  directory: string;
  user: string;
  readonly variables: string[];
}

const inside = ({ tree, directory, user, variables }: Stage, command: readonly string[]) => [
  ...[`--userspec=${user}`, tree, "env", "-i", ...environment, ...variables],
  ...["sh", "-c", 'cd "$0" && exec "$@"', directory, ...command],
];

let base: string | undefined;
const stages = new Map<string, Stage>();
let stage: Stage | undefined;
let [entry, more]: [string[], string[]] = [[], []];

function newStage(name: string): Stage {
  if (base === undefined) {
    base = join(folder, "base");
    if (!existsSync(join(base, "usr/bin/env")))
      run("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", base);
    for (const file of ["/etc/resolv.conf", "/etc/hosts"]) cpSync(file, join(base, file));
    if (trusted !== undefined) cpSync(trusted, join(base, "usr/local/share/extra.crt"));
    const node = join(process.execPath, "../..");
    for (const part of ["bin/node", "lib/node_modules/npm"])
      cpSync(join(node, part), join(base, "usr/local", part), { recursive: true, verbatimSymlinks: true });
    run("ln", "-sf", "../lib/node_modules/npm/bin/npm-cli.js", join(base, "usr/local/bin/npm"));
    run("ln", "-sf", "../lib/node_modules/npm/bin/npx-cli.js", join(base, "usr/local/bin/npx"));
  }
  const tree = join(folder, name);
  run("rm", "-rf", tree);
  run("cp", "-a", base, tree);
  return { tree, directory: "/", user: "root", variables: [] };
}

for (const line of lines) {
  const [, word = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
  if (word === "") continue;
  console.log(`> ${line}`);
  if (word === "FROM") {
    const name = / AS (\w+)$/.exec(rest)?.[1] ?? "last";
    stage = newStage(name);
    stages.set(name, stage);
    continue;
  }
  const now = stage!;
  const place = (path: string) => join(now.tree, resolve(now.directory, path));
  if (word === "WORKDIR") {
    now.directory = rest;
    mkdirSync(place("."), { recursive: true });
  } else if (word === "COPY") {
    const [, from, source, target] = /^(?:--from=(\w+) )?(\S+) (\S+)$/.exec(rest)!;
    if (from !== undefined) run("cp", "-aT", join(stages.get(from)!.tree, source!), place(target!));
    else run("sh", "-c", 'git -C "$0" archive HEAD | tar x -C "$1"', root, place(target!));
  } else if (word === "RUN") run("chroot", ...inside(now, ["sh", "-c", rest]));
  else if (word === "USER") now.user = rest;
  else if (word === "ENV") now.variables.push(rest);
  else if (word === "ENTRYPOINT") entry = JSON.parse(rest) as string[];
  else if (word === "CMD") more = JSON.parse(rest) as string[];
  else if (!["VOLUME", "EXPOSE", "HEALTHCHECK"].includes(word)) throw new Error(`${word} is not known here`);
}

const last = stages.get("last")!;
// Beyond this machine an admin is needed.
const [program] = [entry.slice(0, 2)];
const add = spawn("chroot", inside(last, [...program, "user", "add", "Ada", "--role", "admin", "--data", "/data"]), {
  stdio: ["pipe", "inherit", "inherit"],
});
add.stdin.end("correct horse battery\n");
const added = await new Promise((done) => add.once("exit", done));
if (added !== 0) throw new Error(`user add ended with ${added}`);
const server = spawn("chroot", inside(last, [...entry, ...more]), { stdio: "inherit" });
try {
  const health = JSON.parse(/^HEALTHCHECK CMD (.*)$/m.exec(lines.join("\n"))![1]!) as string[];
  for (let tries = 0; ; tries++) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    try {
      run("chroot", ...inside(last, health));
      break;
    } catch (error) {
      if (tries === 60) throw error;
      await sleep(1000);
    }
  }
  console.log("The lines run, and the server is healthy.");
} finally {
  server.kill("SIGTERM");
}
