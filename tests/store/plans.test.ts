import { join } from "node:path";
import { openPglite } from "@leukogram/laboratory/store/database/database";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { newDataFolder } from "../support/laboratory.ts";

test("PGlite counts its rows as they grow, by which queries are planned", async () => {
  const database = await openPglite(join(await newDataFolder(), "database"));
  const known = async () => {
    const found = await database.queries.execute(sql`select reltuples from pg_class where relname = 'settings'`);
    return Number((found as unknown as { rows: { reltuples: number }[] }).rows[0]!.reltuples);
  };
  const grow = async (from: number, to: number) => {
    for (let i = from; i < to; i++)
      await database.transaction((queries) =>
        queries.execute(sql`insert into settings (name, value) values (${`s${i}`}, '1')`),
      );
  };
  await grow(0, 63);
  expect(await known()).toBe(-1);
  await grow(63, 64);
  expect(await known()).toBe(64);
  await grow(64, 127);
  expect(await known()).toBe(64);
  await grow(127, 128);
  expect(await known()).toBe(128);
  await database.close();
}, 60_000);
