// How long a label takes in a case of many cells, over PGlite: npx tsx bench/label.ts [cells]
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildServer } from "@leukogram/laboratory/server/buildServer";
import { LIMITS } from "@leukogram/laboratory/server/laboratory";
import { startWork } from "@leukogram/laboratory/server/work/work";
import { createCase } from "@leukogram/laboratory/store/cases";
import { openStore } from "@leukogram/laboratory/store/store";
import { sql } from "drizzle-orm";

const count = Number(process.argv[2] ?? 5000);
const folder = mkdtempSync(join(tmpdir(), "leukogram-label-"));
const store = await openStore({ folder, url: undefined, now: () => new Date() });
const work = startWork(store, { model: "cnn-anylab", onError: () => {} });
const app = await buildServer({ store, work, classification: work.classification, limits: LIMITS });
const wish = { actor: "local", key: randomUUID(), kind: "case.created", asks: {} };
const facts = { name: "many", leukocytes: 6, age: 40, sex: null, comment: "", signers: 1 };
const id = await createCase(store, wish, { id: randomUUID(), facts, model: "cnn-anylab" });
await store.database.queries.execute(sql`
  insert into cells (id, case_id, number, arrival, kind, file, sha256, width, height, status, model, classes, probabilities, predicted)
  select gen_random_uuid(), ${id}, i, 1, 'crop', i || '.png', md5(i::text) || md5(i::text), 64, 64, 'classified', 'cnn-anylab',
    array['Basophil', 'Eosinophil', 'Lymphocyte', 'Monocyte', 'Neutrophil'], array[0.1, 0.1, 0.1, 0.1, 0.6],
    (array['Basophil', 'Eosinophil', 'Lymphocyte', 'Monocyte', 'Neutrophil'])[1 + i % 5]
  from generate_series(1, ${count}) i`);
const headers = { host: "localhost" };
const { cells } = (await app.inject({ url: `/api/v1/cases/${id}/cells?limit=200`, headers })).json();
const times: number[] = [];
const cpu = process.cpuUsage();
for (const [i, { id: cell }] of cells.entries()) {
  const began = performance.now();
  const { statusCode } = await app.inject({
    method: "POST",
    url: `/api/v1/cases/${id}/labels`,
    headers: { ...headers, "idempotency-key": randomUUID() },
    payload: { changes: [{ cell, label: "Monocyte" }] },
  });
  if (statusCode !== 200) throw new Error(`label ${i}: ${statusCode}`);
  times.push(performance.now() - began);
}
const { user, system } = process.cpuUsage(cpu);
times.sort((a, b) => a - b);
const at = (share: number) => `${times[Math.floor(share * times.length)]!.toFixed(1)} ms`;
process.stdout.write(
  `${count} cells, ${times.length} labels: median ${at(0.5)}, 90 % below ${at(0.9)}; computing ${((user + system) / 1000 / times.length).toFixed(1)} ms\n`,
);
await app.close();
await work.close();
await store.close();
rmSync(folder, { recursive: true });
