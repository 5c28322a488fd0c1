import { randomUUID } from "node:crypto";
import * as accessTables from "@leukogram/laboratory/store/access/tables";
import { createCase, readCase } from "@leukogram/laboratory/store/cases";
import { readCells } from "@leukogram/laboratory/store/cells";
import { deliveries } from "@leukogram/laboratory/store/connections/deliverySchema";
import * as schema from "@leukogram/laboratory/store/schema";
import { openStore } from "@leukogram/laboratory/store/store";
import { verifyTrail } from "@leukogram/laboratory/store/verifyTrail";
import { sql } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import { overBothDatabases } from "./stores.ts";

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
}

const byName = (a: Column, b: Column) => (`${a.table}.${a.column}` < `${b.table}.${b.column}` ? -1 : 1);

/** The tables as drizzle sees them. */
const described = Object.values({ ...schema, ...accessTables, deliveries })
  .filter((value) => value instanceof PgTable)
  .flatMap((table) => {
    const { name, columns } = getTableConfig(table as PgTable);
    return columns.map((column) => ({
      table: name,
      column: column.name,
      type: column.getSQLType().replace(" (", "("), // of `timestamp (3) with time zone`
      nullable: !column.notNull,
    }));
  })
  .sort(byName);

overBothDatabases((newPlace) => {
  test("migrations make the tables that the schema describes", async () => {
    const store = await openStore({ ...(await newPlace()), now: () => new Date(0) });
    try {
      const { rows } = (await store.database.queries.execute(
        sql`select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = current_schema() and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
      )) as unknown as { readonly rows: Column[] };
      const own = new Set(described.map(({ table }) => table));
      expect(rows.filter(({ table }) => own.has(table)).sort(byName)).toEqual(described);
      const others = new Set(rows.map(({ table }) => table).filter((table) => !own.has(table)));
      expect([...others]).toEqual(["migrations"]);
    } finally {
      await store.close();
    }
  });

  // What the migrations after the first one made, taken back.
  const BACK = [
    "drop trigger deliveries_are_complete on deliveries",
    "drop function complete_delivery",
    "alter table deliveries drop column case_id, drop column destination",
    "alter table cells drop column measures",
    "alter table labels drop column counts_as",
    "alter table cases drop column assignee, drop column priority, drop column due",
    "drop table second_factors",
    "alter table users drop column identity",
    "alter table sessions drop column active_at, drop column proved_at, drop column via",
    "alter table cases drop column collected_at",
    "alter table signatures drop column full_name",
    "drop table deliveries",
    "alter table cases drop column order_id, drop column patient, drop column birth_date",
    "drop table orders",
    "drop index cells_that_wait",
    "create index cells_that_wait on cells (arrival, number) where status = 'waiting'",
    "drop index events_of_moves",
    "drop index cases_by_name",
    "drop index cells_by_image",
    "drop table removed_cells",
    "alter table cases drop column sex",
    "alter table cases drop column voided",
    "drop table awaited_files",
    "alter table models drop column findings",
    "alter table runs drop column findings",
    "alter table cells drop column crop_outside, drop column crop_nucleus",
    "delete from migrations where id > 1",
  ];

  test("a database of the first version is brought up with its records", async () => {
    const place = await newPlace();
    const open = () => openStore({ ...place, now: () => new Date(0) });
    const wish = { actor: "Ada", key: randomUUID(), kind: "case.created", asks: {} };
    const facts = { name: "S-1", leukocytes: 6.2, age: null, sex: null, comment: "", signers: 1 };
    const store = await open();
    const id = await createCase(store, wish, { id: randomUUID(), facts, model: "cnn-anylab" });
    for (const statement of BACK) await store.database.queries.execute(sql.raw(statement));
    await store.close();
    const brought = await open();
    expect(await readCase(brought, id)).toMatchObject({ ...facts, status: "open", model: "cnn-anylab" });
    expect(await readCells(brought.database.queries, id)).toEqual([]);
    expect(await verifyTrail(brought)).toMatchObject({ isWhole: true });
    await brought.close();
  });
});
