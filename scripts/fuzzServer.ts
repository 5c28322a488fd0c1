// Asks a serving laboratory whatever its own description allows, and much that it does not, and tells how it fared:
// npx tsx scripts/fuzzServer.ts ST [examples] [program], where ST is schemathesis's program (pip install schemathesis)
// and the program is built (npm run build). First without users, then as an admin by a token.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { picture } from "../tests/support/pictures.ts";

const [st = "st", examples = "100", program = at("../packages/leukogram/dist/cli/main.js")] = process.argv.slice(2);

// Streams that never end by themselves. And whoever makes the first user locks everybody else out.
const LEFT_OUT = ["--exclude-path-regex", "/events$"];
const WITHOUT_USERS = ["--exclude-path-regex", "/(events|users)$"];
const CHECKS =
  "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,negative_data_rejection,missing_required_header";

interface Seen {
  readonly statuses: Map<number, number>;
  /** Milliseconds, and what took them. */
  slowest: { ms: number; what: string };
  readonly faults: string[];
}

async function fuzz(name: string, hasUsers: boolean): Promise<void> {
  const folder = mkdtempSync("/tmp/leukogram-fuzz-");
  const seen: Seen = { statuses: new Map(), slowest: { ms: 0, what: "" }, faults: [] };
  const { child, address } = await start(folder, seen);
  const { known, token } = await fill(address, folder, hasUsers);
  const memory = [memoryOf(child)];
  const watch = setInterval(() => memory.push(memoryOf(child)), 5000);
  seen.statuses.clear();
  seen.slowest = { ms: 0, what: "" };
  const schema = join(folder, "openapi.json");
  // schemathesis 4.32 does not know OpenAPI 3.1's tuples.
  const tuple = '"prefixItems":[{"type":"number"},{"type":"number"}],"items":false';
  const text = await (await fetch(`${address}/api/v1/openapi.json`)).text();
  writeFileSync(schema, text.replaceAll(tuple, '"items":{"type":"number"}'));
  const args = ["run", schema, "--url", address, "--max-examples", examples, "--checks", CHECKS, "--seed", "0"];
  const more = ["--request-timeout", "10", "--continue-on-failure", "--no-shrink", "--generation-database", "none"];
  const who = token === undefined ? WITHOUT_USERS : [...LEFT_OUT, "-H", `Authorization: Bearer ${token}`];
  const tester = spawn(st, [...args, ...more, ...who], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PYTHONPATH: at("."),
      SCHEMATHESIS_HOOKS: "fuzzHooks",
      LEUKOGRAM_KNOWN: JSON.stringify(known),
    },
  });
  const [code] = await once(tester, "close");
  clearInterval(watch);
  const health = await fetch(`${address}/readyz`);
  const requests = [...seen.statuses.values()].reduce((sum, count) => sum + count, 0);
  const told = {
    ...{ requests, statuses: Object.fromEntries([...seen.statuses].sort()), slowest: seen.slowest },
    memory: { first: memory[0], most: Math.max(...memory), last: memoryOf(child) },
    ...{ ready: health.status, schemathesis: code, faults: seen.faults.slice(0, 20) },
  };
  child.kill("SIGTERM");
  await once(child, "close");
  rmSync(folder, { recursive: true });
  process.stdout.write(`${name}: ${JSON.stringify(told)}\n`);
  if (code !== 0 || seen.faults.length > 0) process.exitCode = 1;
}

async function start(folder: string, seen: Seen): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(
    process.execPath,
    [program, "serve", "--data", join(folder, "data"), "--port", "0", "--model", "cnn-anylab", "--json"],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const paths = new Map<string, string>();
  createInterface(child.stderr!).on("line", (line) => read(line, seen, paths));
  for await (const line of createInterface(child.stdout!))
    return { child, address: (JSON.parse(line) as { address: string }).address };
  throw new Error("the server did not start");
}

// Of the server's log: each answer, and each fault.
function read(line: string, seen: Seen, paths: Map<string, string>): void {
  if (!line.startsWith("{")) return void seen.faults.push(line);
  const { level, reqId, req, res, responseTime, msg, err } = JSON.parse(line);
  if (level >= 50) seen.faults.push(`${paths.get(reqId) ?? ""} ${msg}: ${err?.stack ?? ""}`);
  if (req !== undefined) paths.set(reqId, `${req.method} ${req.url}`);
  if (responseTime === undefined) return;
  seen.statuses.set(res.statusCode, (seen.statuses.get(res.statusCode) ?? 0) + 1);
  if (responseTime > seen.slowest.ms)
    seen.slowest = { ms: Math.round(responseTime), what: paths.get(reqId)?.slice(0, 200) ?? "" };
  paths.delete(reqId);
}

// Cases with cells, labels and a report, a run that failed, and where wanted users and a token of an admin.
async function fill(address: string, folder: string, hasUsers: boolean) {
  const send = async (line: string, body?: object, headers: Record<string, string> = {}) => {
    const [method, path] = line.split(" ") as [string, string];
    const isForm = body instanceof FormData;
    const response = await fetch(`${address}/api/v1/${path}`, {
      method,
      headers: {
        "idempotency-key": randomUUID(),
        ...(!isForm && body && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${line}: ${JSON.stringify(answer)}`);
    return { answer, cookie: response.headers.get("set-cookie")?.split(";")[0] };
  };
  const known: Record<string, string[]> = {
    case: [],
    cell: [],
    report: [],
    run: [],
    user: [],
    token: [],
    model: ["cnn-anylab"],
  };
  for (let i = 0; i < 4; i++) {
    const { id } = (await send("POST cases", { name: `Specimen ${i}`, leukocytes: 6 + i })).answer;
    const form = new FormData();
    for (let k = 0; k < 6; k++)
      form.append("files", new Blob([new Uint8Array(await picture(10 * i + k, 64))]), `${k}.png`);
    await send(`POST cases/${id}/images`, form);
    while ((await send(`GET cases/${id}`)).answer.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    const { cells } = (await send(`GET cases/${id}/cells`)).answer;
    await send(`POST cases/${id}/labels`, { changes: [{ cell: cells[0].id, label: "Monocyte" }] });
    known.case!.push(id);
    known.cell!.push(...cells.map((cell: { id: string }) => cell.id));
    if (i === 0)
      known.report!.push((await send(`POST cases/${id}/sign`, { meaning: "seen", despite: "few cells" })).answer.id);
  }
  mkdirSync(join(folder, "data", "datasets", "none"), { recursive: true });
  known.run!.push((await send("POST runs", { kind: "train", data: "none", model: "cnn" })).answer.id);
  if (!hasUsers) return { known, token: undefined };
  const password = randomUUID();
  await send("POST users", { name: "Ada", role: "admin", password });
  const { answer, cookie } = await send("POST session", { name: "Ada", password });
  const own = { cookie: cookie!, "x-csrf-token": answer.csrf };
  const scopes = ["read", "review", "sign", "admin", "infer"];
  for (const role of ["viewer", "signer"])
    known.user!.push((await send("POST users", { name: `A ${role}`, role, password }, own)).answer.id);
  const token = (await send("POST tokens", { name: "fuzz", scopes }, own)).answer.secret as string;
  return { known, token };
}

/** Megabytes that a process holds. */
function memoryOf({ pid }: ChildProcess): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1000);
}

function at(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

await fuzz("without users", false);
await fuzz("with users, as an admin by a token", true);
