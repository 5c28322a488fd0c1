import * as schema from "@leukogram/laboratory/store/schema";
import { openStore } from "@leukogram/laboratory/store/store";
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
const described = Object.values(schema)
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
});
