/**
 * Prints what a program's commands and its server answer on a fixed set of drawn smears, as JSON without sentences, times
 * and identifiers: what a refactoring must leave as it is, though words may change. Two outputs are compared with diff:
 *
 *   npx tsx scripts/checkSameAnswers.ts BEFORE/bin/leukogram.js > before.txt
 *   npx tsx scripts/checkSameAnswers.ts packages/leukogram/bin/leukogram.js > after.txt
 *   diff before.txt after.txt && echo same
 *
 * Both must be built (`npm run build`) and run on one machine: numbers depend on the processor. A few minutes each.
 */
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { walkImages } from "leukogram/data/folders/walk";

const run = promisify(execFile);
const program = resolve(process.argv[2] ?? "packages/leukogram/bin/leukogram.js");
const PACKAGE = resolve(program, "../..");
const folder = mkdtempSync(join(tmpdir(), "leukogram-answers-"));
const path = (...parts: readonly string[]) => join(folder, ...parts);

/** FOLDER is where the smears lie, and a run that was trained on them. */
const COMMANDS: readonly string[] = [
  "models --json",
  "datasets --json",
  ...["cnn-anylab", "mobilenetv2-anylab", "mobilenetv2-types", "FOLDER/run"].map((model) => `inspect ${model} --json`),
  "audit FOLDER/smears --json",
  "evaluate cnn-anylab --data FOLDER/smears --json",
  "evaluate FOLDER/run --data FOLDER/smears --json",
  "evaluate FOLDER/run --data A=FOLDER/smears/Train --data B=FOLDER/smears/Test --json",
  "predict cnn-anylab FOLDER/smears/Test --json",
  "predict FOLDER/run FOLDER/smears/Test --tta --adapt-statistics --tent --json",
  "predict mobilenetv2-types FOLDER/smears/Test/Neutrophil --types five --json",
  "differential FOLDER/smears/Test --leukocytes 6.2 --json",
  "differential FOLDER/smears/Test --model mobilenetv2-types --json",
  "compare FOLDER/run cnn-anylab --data FOLDER/smears --json",
  "robustness FOLDER/run --data FOLDER/smears --images 10 --json",
  "convert FOLDER/run FOLDER/run.keras --json",
  "convert FOLDER/run.keras FOLDER/again.onnx --json",
  "adapt FOLDER/run FOLDER/smears/Test --out FOLDER/adapted --threads 1 --json",
  "explain FOLDER/run FOLDER/smears/Test/Neutrophil --images 2 --checks 1 --out FOLDER/explained --json",
  "crossvalidate --data FOLDER/smears --recipe cnn --epochs 1 --image-size 64 --folds 2 --out FOLDER/cv --json",
  "generalise FOLDER/run --home A=FOLDER/smears/Train --sets B=FOLDER/smears/Test --no-corrections --json",
  "predict FOLDER/nothing FOLDER/smears --json",
  "train --data FOLDER/nothing --out FOLDER/x --json",
];

/** Keys whose values a clock or a version makes, or that lie on a disk. */
const VARYING = /seconds|time|milli|perImage|version|speed|created|At$|^at$|fileBytes|cpu|hash|previous|head/i;
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function masked(value: unknown, key = ""): unknown {
  if (VARYING.test(key)) return value === null ? null : "VARIES";
  if (Array.isArray(value)) return value.map((entry) => masked(entry));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, masked(entry, name)]));
  if (typeof value !== "string") return value;
  const text = value.replaceAll(folder, "FOLDER").replaceAll(PACKAGE, "PACKAGE").replace(ID, "ID");
  return text.includes(" ") ? "WORDS" : text.replace(/^\d{4}-\d\d-\d\dT.*/, "DATE");
}

function tell(name: string, text: string): void {
  const lines = text.split("\n").filter((line) => line !== "");
  const parsed = (json: string) => JSON.stringify(masked(JSON.parse(json)), undefined, 1);
  try {
    console.log(`== ${name}\n${parsed(text)}`);
  } catch {
    const shown = lines.map((line) => {
      try {
        return parsed(line);
      } catch {
        return line.replace(/^(ERR_\w+) .*/, "$1").replaceAll(folder, "FOLDER");
      }
    });
    console.log(`== ${name}\n${shown.join("\n")}`);
  }
}

async function command(words: string): Promise<{ readonly text: string; readonly code: number }> {
  const args = words.split(" ").map((word) => word.replace("FOLDER", folder));
  return run(process.execPath, [program, ...args], { maxBuffer: 2 ** 28 }).then(
    ({ stdout }) => ({ text: stdout, code: 0 }),
    // What it says when it refuses is words, but for its code.
    ({ stdout, stderr, code }) => ({ text: `${stdout}${/^ERR_\w+/m.exec(stderr)?.[0] ?? ""}`, code }),
  );
}

async function tellServer(): Promise<void> {
  const flags = ["--port", "0", "--model", "cnn-anylab", "--data", path("laboratory")];
  const server = spawn(process.execPath, [program, "serve", ...flags, "--json", "--quiet"]);
  try {
    const [line] = await once(createInterface(server.stdout), "line");
    const { address } = JSON.parse(line as string) as { address: string };
    const ask = async (asked: string, body?: object) => {
      const [method, place] = asked.split(" ") as [string, string];
      const isForm = body instanceof FormData;
      const response = await fetch(place.startsWith("/") ? `${address}${place}` : `${address}/api/v1/${place}`, {
        method,
        headers: { "idempotency-key": randomUUID(), ...(body && !isForm && { "content-type": "application/json" }) },
        ...(body && { body: isForm ? body : JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    };
    const show = async (asked: string, body?: object) => {
      const { status, text } = await ask(asked, body);
      tell(`${asked.replace(ID, "ID")} ${status}`, text);
      return text;
    };
    const { id } = JSON.parse(await show("POST cases", { name: "S-1", leukocytes: 6.2, age: 40, signers: 1 }));
    const form = new FormData();
    for (const [i, file] of walkImages(path("smears", "Test")).entries())
      form.append("files", new Blob([readFileSync(file)]), `${i}.png`);
    await show(`POST cases/${id}/images`, form);
    while (JSON.parse((await ask(`GET cases/${id}`)).text).waiting > 0)
      await new Promise((resolve) => setTimeout(resolve, 200));
    const { cells } = JSON.parse(await show(`GET cases/${id}/cells`)) as { cells: { id: string }[] };
    await show(`POST cases/${id}/labels`, { changes: [{ cell: cells[0]!.id, label: "Monocyte" }], via: "keyboard" });
    await show(`POST cases/${id}/labels`, { changes: [{ cell: "none", label: "King" }] });
    for (const place of ["", "/differential", "/cells", "/agreement"]) await show(`GET cases/${id}${place}`);
    await show(`GET cells/${cells[1]!.id}/neighbours`);
    const { id: report } = JSON.parse(
      await show(`POST cases/${id}/sign`, { meaning: "reviewed", despite: "few cells" }),
    ) as { id: string };
    for (const ending of [".json", ".fhir.json", ".csv", ".counts.csv"]) await show(`GET reports/${report}${ending}`);
    await show(`POST cases/${id}/amend`, { reason: "again" });
    for (const place of [
      "cases",
      "models",
      "runs",
      "users",
      "tokens",
      "session",
      "scale",
      "trail",
      "trail/verify",
      "none",
    ])
      await show(`GET ${place}`);
    for (const place of ["/healthz", "/readyz", "/v2", "/v2/models/cnn-anylab"]) await show(`GET ${place}`);
  } finally {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
}

try {
  await command("draw FOLDER/smears --count 12 --test-count 4 --size 120 --json");
  const trained = await command(
    "train --data FOLDER/smears --recipe cnn --epochs 2 --image-size 64 --out FOLDER/run --json",
  );
  if (trained.code !== 0) throw new Error(trained.text);
  tell("train", trained.text);
  for (const words of COMMANDS) {
    const { text, code } = await command(words);
    tell(`${words} (exit code ${code})`, text);
  }
  await tellServer();
} finally {
  rmSync(folder, { recursive: true });
}
