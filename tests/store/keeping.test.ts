import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { Readable } from "node:stream";
import { createCase } from "@leukogram/laboratory/store/cases";
import { addCells } from "@leukogram/laboratory/store/cells";
import { openStore } from "@leukogram/laboratory/store/store";
import { sweepImages } from "@leukogram/laboratory/store/sweepImages";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Clock, newDataFolder, newFolder } from "../support/laboratory.ts";
import { type Postgres, postgresPrograms, runPostgres } from "../support/postgres.ts";

const { now } = new Clock();

test("kept files that no cell names are removed at start, and none of a folder that is another database's", async () => {
  const store = await openStore({ folder: await newDataFolder(), url: undefined, now });
  const keep = async (text: string) => {
    const received = await store.images.receive(Readable.from([Buffer.from(text)]), 100);
    await store.images.keep(received);
    return received.sha256;
  };
  const [named, unnamed] = [await keep("named"), await keep("unnamed")];
  expect(await sweepImages(store)).toBe(0);
  const facts = { name: "a", leukocytes: null, age: null, sex: null, comment: "", signers: 1 };
  const wish = (kind: string) => ({ actor: "Ada", key: randomUUID(), kind, asks: {} });
  const id = await createCase(store, wish("case.created"), { id: randomUUID(), facts, model: "cnn-anylab" });
  const files = [{ id: randomUUID(), file: "a.png", sha256: named, width: 1, height: 1 }];
  await addCells(store, wish("cells.added"), { caseId: id, files, refused: 0 });
  expect(await sweepImages(store)).toBe(1);
  expect([named, unnamed].map((sha256) => existsSync(store.images.pathOf(sha256)))).toEqual([true, false]);
  await store.close();
});

const bin = postgresPrograms();
describe.skipIf(bin === undefined)("one Postgres (skipped where /usr/lib/postgresql has none)", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await runPostgres(bin!);
  }, 120_000);
  afterAll(() => server.remove());

  test("is one server's, whatever folders others have, until that one is closed; and after it was away too", async () => {
    const url = server.create();
    const open = () => openStore({ folder: newFolder(), url, now });
    const first = await open();
    await expect(open()).rejects.toThrow(
      "ERR_CONFLICT another server or command is using this database. Stop that process, or set DATABASE_URL to another database.",
    );
    server.stop();
    server.start();
    await expect.poll(() => first.database.transaction(async () => "back").catch(() => "away")).toBe("back");
    await expect(open()).rejects.toThrow("ERR_CONFLICT");
    await first.close();
    const second = await open();
    await second.database.ping();
    await second.close();
  }, 120_000);
});
