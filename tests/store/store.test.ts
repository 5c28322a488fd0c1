import { randomUUID } from "node:crypto";
import { createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { backup } from "@leukogram/laboratory/store/backup/backup";
import { restore } from "@leukogram/laboratory/store/backup/restore";
import { createCase, listCases, readCase } from "@leukogram/laboratory/store/cases";
import { addCells, readCells, storeAnswers } from "@leukogram/laboratory/store/cells";
import { labelCells } from "@leukogram/laboratory/store/labels";
import { amendCase, signCase } from "@leukogram/laboratory/store/reports";
import { openStore, type Store } from "@leukogram/laboratory/store/store";
import { allEvents } from "@leukogram/laboratory/store/trail";
import { verifyTrail } from "@leukogram/laboratory/store/verifyTrail";
import { waitingCells } from "@leukogram/laboratory/store/waiting";
import { sql } from "drizzle-orm";
import tar from "tar-stream";
import { afterEach, expect, test } from "vitest";
import { Clock, newFolder } from "../support/laboratory.ts";
import { overBothDatabases, type Place } from "./stores.ts";

// U+2028 comes from pasted text; readline of Node 24 takes it for the end of a line.
const FACTS = { name: "S-1", leukocytes: null, age: null, sex: null, comment: "pasted\u2028text", signers: 1 };
const wishOf = (kind: string, key: string = randomUUID(), asks = {}) => ({ actor: "Ada", key, kind, asks });

const open: Store[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
});

async function openAt({ folder, url }: Place): Promise<Store> {
  const store = await openStore({ folder, url, now: new Clock().now });
  open.push(store);
  return store;
}

async function newCase(store: Store, key: string = randomUUID()): Promise<string> {
  return await createCase(store, wishOf("case.created", key), { id: randomUUID(), facts: FACTS, model: "cnn-anylab" });
}

async function addFiles(store: Store, caseId: string, count: number): Promise<string[]> {
  const files = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const received = await store.images.receive(Readable.from([Buffer.from(`image ${i}`)]), 1000);
      await store.images.keep(received);
      return { id: randomUUID(), file: `${i}.png`, sha256: received.sha256, width: 1, height: 1 };
    }),
  );
  const { added } = await addCells(store, wishOf("cells.added"), { caseId, files, refused: 0 });
  return added.map(({ id }) => id);
}

// A case with an answer, a label and a signature.
async function signedCase(store: Store): Promise<string> {
  const caseId = await newCase(store);
  const [a, b] = await addFiles(store, caseId, 2);
  const probabilities = [0.1 + 0.2, 1 / 3];
  const answers = [
    { id: a!, probabilities, predicted: "Basophil", familiarity: 1e-7 },
    { id: b!, error: "damaged" },
  ];
  await storeAnswers(store, wishOf("cells.classified"), {
    caseId,
    model: "m",
    classes: ["Basophil", "Eosinophil"],
    answers,
  });
  await labelCells(store, wishOf("cells.labelled"), {
    caseId,
    reading: "first",
    changes: [{ cell: a!, label: "Monocyte" }],
    via: "api",
  });
  await signCase(store, wishOf("case.signed"), {
    caseId,
    id: randomUUID(),
    meaning: "seen",
    content: ({ head }) => ({ head, "ä\u2028": 1e-7 }),
  });
  return caseId;
}

/** Copies a backup to a file, one of its own files changed, or left out. */
async function copyWith(
  store: Store,
  path: string,
  ...changes: readonly (readonly [name: string, content?: string])[]
): Promise<void> {
  const [from, to] = [tar.extract(), tar.pack()];
  const [read, written] = [pipeline(await backup(store), from), pipeline(to, createWriteStream(path))];
  for await (const entry of from) {
    const bytes = await buffer(entry);
    const change = changes.find(([name]) => name === entry.header.name);
    if (change === undefined) to.entry(entry.header, bytes);
    else if (change[1] !== undefined) to.entry({ name: change[0] }, change[1]);
  }
  to.finalize();
  await Promise.all([read, written]);
}

overBothDatabases((newPlace, server) => {
  test("a key is used once: its second try gets the first answer, and another wish is refused", async () => {
    const store = await openAt(await newPlace());
    const key = randomUUID();
    const id = await newCase(store, key);
    expect(await newCase(store, key)).toBe(id);
    expect(await listCases(store, { limit: 10 })).toHaveLength(1);
    const other = createCase(store, wishOf("case.created", key, { name: "other" }), {
      id: randomUUID(),
      facts: FACTS,
      model: "m",
    });
    await expect(other).rejects.toThrow(/^ERR_KEY this Idempotency-Key was used for another request/);
    const stranger = createCase(
      store,
      { ...wishOf("case.created", key), actor: "Eve" },
      { id: randomUUID(), facts: FACTS, model: "m" },
    );
    await expect(stranger).rejects.toThrow(/^ERR_KEY/);
  });

  test("many at once: numbers have no gaps, and one key makes one case", async () => {
    const store = await openAt(await newPlace());
    const key = randomUUID();
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, i) => newCase(store, i % 2 === 0 ? key : randomUUID())),
    );
    expect(new Set(ids).size).toBe(11);
    const { events, isWhole } = await verifyTrail(store);
    expect([events, isWhole]).toEqual([11, true]);
  });

  test("a change that fails leaves nothing behind", async () => {
    const store = await openAt(await newPlace());
    const caseId = await newCase(store);
    const [cell] = await addFiles(store, caseId, 1);
    const changes = [
      { cell: cell!, label: "Monocyte" },
      { cell: randomUUID(), label: "Monocyte" },
    ];
    const failed = labelCells(store, wishOf("cells.labelled"), { caseId, reading: "first", changes, via: "api" });
    await expect(failed).rejects.toThrow(/^ERR_NOT_FOUND/);
    expect((await readCells(store.database.queries, caseId))[0]!.first).toBeUndefined();
    expect((await readCase(store, caseId)).revision).toBe(2);
    expect((await verifyTrail(store)).events).toBe(2);
  });

  test("the trail and signed reports can't be changed, and a change by force is found", async () => {
    const place = await newPlace();
    const store = await openAt(place);
    await signedCase(store);
    const { queries } = store.database;
    for (const statement of [
      ...["update events set actor = 'Eve'", "delete from events", "truncate events cascade"],
      ...[
        "update reports set content = '{}'",
        "delete from reports",
        "update signatures set by = 'Eve'",
        "truncate signatures",
      ],
    ])
      await expect(queries.execute(sql.raw(statement)), statement).rejects.toThrow();
    expect((await verifyTrail(store)).isWhole).toBe(true);
    const forced = async (statement: string) => {
      for (const table of ["events", "reports", "signatures"])
        await queries.execute(sql.raw(`alter table ${table} disable trigger user`));
      await queries.execute(sql.raw(statement));
      return (await verifyTrail(store)).fault;
    };
    expect(await forced("update reports set content = '{}'")).toMatch(/^report \S+ differs from the signed report$/);
    await queries.execute(sql.raw("delete from signatures"));
    expect(await forced("delete from reports")).toMatch(/^report \S+ is missing$/);
    expect(await forced("update events set content = '{}' where sequence = 3")).toBe("event 3 was changed");
    await queries.execute(sql.raw("delete from answers"));
    expect(await forced("delete from events where sequence = 2")).toBe("event 2 is missing: the next event is 3");
    expect(await forced("delete from events where sequence > 1")).toBe("the trail ends at 1, but its head is at 5");
  });

  test("a signed case is changed by amending it alone, and an open one is not amended", async () => {
    const store = await openAt(await newPlace());
    const caseId = await signedCase(store);
    const changes = [{ cell: randomUUID(), label: "Monocyte" }];
    const labelled = labelCells(store, wishOf("cells.labelled"), { caseId, reading: "first", changes, via: "api" });
    await expect(labelled).rejects.toThrow(
      "ERR_CONFLICT the case is signed. Amend the case, which reopens it with a reason.",
    );
    const signing = { caseId, id: randomUUID(), meaning: "again", content: () => ({}) };
    await expect(signCase(store, wishOf("case.signed"), signing)).rejects.toThrow("ERR_CONFLICT the case is signed");
    const amend = () => amendCase(store, wishOf("case.amended"), { caseId, reason: "a cell was missed" });
    await amend();
    await expect(amend()).rejects.toThrow("ERR_CONFLICT the case is open. Change the open case directly.");
  });

  test("a backup that lacks a table, or is of another version, is refused", async () => {
    const store = await openAt(await newPlace());
    await signedCase(store);
    const path = join(newFolder(), "part.tar");
    const other = await openAt(await newPlace());
    for (const [file, message] of [
      [["tables/reports.ndjson"], "has no table reports. Use another copy of the backup."],
      [["backup.json", '{"format":"leukogram-backup","version":2}'], "not a backup that this version can restore"],
    ] as const) {
      await copyWith(store, path, file);
      await expect(restore(other, path)).rejects.toThrow(`ERR_DATA ${path}: ${message}`);
    }
  });

  test("a backup of an earlier version, which had fewer tables, is restored", async () => {
    const store = await openAt(await newPlace());
    const caseId = await signedCase(store);
    const path = join(newFolder(), "early.tar");
    const head = { format: "leukogram-backup", version: 1, software: "0.1.0", schema: 3, at: "2026-01-01" };
    await copyWith(store, path, ["backup.json", JSON.stringify(head)], ["tables/awaited_files.ndjson"]);
    const second = await openAt(await newPlace());
    expect(await restore(second, path)).toMatchObject({ isWhole: true, images: 2 });
    expect(await readCase(second, caseId)).toEqual(await readCase(store, caseId));
  });

  test("what is written is there after it was closed and opened", async () => {
    const place = await newPlace();
    const caseId = await signedCase(await openAt(place));
    await open.pop()!.close();
    const store = await openAt(place);
    expect(await readCase(store, caseId)).toMatchObject({ status: "signed", cells: 2, bad: 1, reviewed: 1 });
    expect(await waitingCells(store, { limit: 10 })).toEqual([]);
    expect((await verifyTrail(store)).isWhole).toBe(true);
  });

  test("a database of a later version is refused", async () => {
    const place = await newPlace();
    const { database } = await openAt(place);
    await database.queries.execute(sql.raw("insert into migrations values (9999)"));
    await open.pop()!.close();
    await expect(openAt(place)).rejects.toThrow(
      "ERR_DATABASE the database belongs to a later version of Leukogram (9999). Install that version.",
    );
  });

  test("a folder has one process", async () => {
    const place = await newPlace();
    const store = await openAt(place);
    await expect(openAt(place)).rejects.toThrow(
      /^ERR_CONFLICT .*: in use by another process \(.+\)\. Stop that process, or choose another folder with --data\./,
    );
    await store.close();
    open.pop();
    // What a process left behind that was killed does not stop the next.
    writeFileSync(join(place.folder, "lock"), `${(await import("node:os")).hostname()} 999999999 1`);
    await openAt(place);
  });

  test("a backup restores into an empty place, whole, and into no other", async () => {
    const first = await openAt(await newPlace());
    const caseId = await signedCase(first);
    const path = join(newFolder(), "all.tar");
    await pipeline(await backup(first), createWriteStream(path));
    const second = await openAt(await newPlace());
    expect(await restore(second, path)).toMatchObject({ isWhole: true, events: 5, images: 2 });
    expect(await readCase(second, caseId)).toEqual(await readCase(first, caseId));
    const [cells, before] = [
      await readCells(second.database.queries, caseId),
      await readCells(first.database.queries, caseId),
    ];
    expect(cells).toEqual(before);
    expect(cells[0]!.probabilities).toEqual([0.1 + 0.2, 1 / 3]);
    await expect(restore(second, path)).rejects.toThrow(/^ERR_CONFLICT records already exist/);
    // It goes on where the first was.
    await newCase(second);
    expect((await verifyTrail(second)).events).toBe(6);
    let last = 0;
    for await (const { sequence } of allEvents(second)) last = sequence;
    expect(last).toBe(6);
  });

  test("a database that is gone is told, and one that is back is used", async ({ skip }) => {
    const place = await newPlace();
    if (server() === undefined) skip("PGlite is in the process");
    const store = await openAt(place);
    const id = await newCase(store);
    server()!.stop();
    await expect(store.database.ping()).rejects.toThrow(/^ERR_DATABASE/);
    await expect(newCase(store)).rejects.toThrow(/^ERR_DATABASE/);
    await expect(readCase(store, id)).rejects.toThrow(/^ERR_DATABASE/);
    server()!.start();
    await store.database.ping();
    expect((await readCase(store, id)).revision).toBe(1);
  });
});
