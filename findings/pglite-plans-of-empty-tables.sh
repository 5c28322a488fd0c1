#!/usr/bin/env bash
# @electric-sql/pglite 0.5.16 (npm): a statement that was prepared while tables were empty keeps its plan as they grow, until somebody runs ANALYZE.
#
# A good guess: PGlite is Postgres, so after some thousand rows a prepared statement is planned anew, as autovacuum's ANALYZE does on a server; and a
# count of one case's cells by an index takes the same time at 40,000 rows as at 400.
# Found: PGlite runs no autovacuum, reltuples stays -1, and nothing invalidates the generic plan that was chosen after five calls. The plan of empty tables
# reads one of them whole for each call; ANALYZE, once, mends it. Seen 2026-12-01 on Node 20:
#   reltuples -1; tables read whole: 1 before ANALYZE, 0 after
#   milliseconds a call: 13.2 before, 5.0 after
# Exits 1 if that changes.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm init --yes > npm.log
npm install --silent @electric-sql/pglite@0.5.16 > npm.log 2>&1
cat > look.mjs <<'JS'
import { PGlite } from "@electric-sql/pglite";

const database = new PGlite();
await database.exec(`
  create table cells (id integer primary key, case_id integer not null, number integer not null, unique (case_id, number));
  create table labels (cell_id integer primary key references cells, label text not null);
  create table cases (id integer primary key, name text not null);
  prepare counted (integer) as
    select cases.id, count(cells.id), count(labels.label) from cases left join cells on cells.case_id = cases.id
    left join labels on labels.cell_id = cells.id where cases.id in ($1) group by cases.id;
`);
for (let i = 0; i < 6; i++) await database.exec("execute counted (1)");
await database.exec(`
  insert into cases select i, 'case ' || i from generate_series(1, 2000) i;
  insert into cells select i, 1 + (i - 1) % 2000, i from generate_series(1, 40000) i;
  insert into labels select i, 'Neutrophil' from generate_series(1, 40000) i;
`);
const plan = async () => {
  const [{ rows }] = await database.exec("explain execute counted (7)");
  const read = rows.map((row) => row["QUERY PLAN"]).filter((line) => /Seq Scan on (cells|labels)/.test(line));
  const began = performance.now();
  for (let i = 1; i <= 20; i++) await database.exec(`execute counted (${i})`);
  return { whole: read.length, milliseconds: (performance.now() - began) / 20 };
};
const tuples = async () => (await database.query("select reltuples from pg_class where relname = 'cells'")).rows[0].reltuples;
const [before, unknown] = [await plan(), await tuples()];
await database.exec("analyze");
const after = await plan();
console.log(`reltuples ${unknown}; tables read whole: ${before.whole} before ANALYZE, ${after.whole} after`);
console.log(`milliseconds a call: ${before.milliseconds.toFixed(1)} before, ${after.milliseconds.toFixed(1)} after`);
await database.close();
process.exit(unknown === -1 && before.whole > 0 && after.whole === 0 ? 0 : 1);
JS
node look.mjs
