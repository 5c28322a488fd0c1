// Cases that wait for the model are served in turn, and each says its place and the time left.
import { randomUUID } from "node:crypto";
import { placeOf } from "@leukogram/laboratory/server/work/pace";
import { sha256 } from "@leukogram/laboratory/store/canonicalJson";
import { createCase } from "@leukogram/laboratory/store/cases";
import { addCells } from "@leukogram/laboratory/store/cells";
import { openStore } from "@leukogram/laboratory/store/store";
import { waitingCells } from "@leukogram/laboratory/store/waiting";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newDataFolder, startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { pictures } from "../../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

test("the case made next after the last one served comes first, and that one last", async () => {
  const store = await openStore({ folder: await newDataFolder(), now: () => new Date(0) });
  const wish = () => ({ actor: "Ada", key: randomUUID(), kind: "test", asks: {} });
  const facts = { name: "S", leukocytes: null, age: null, sex: null, comment: "", signers: 1 };
  const names = new Map<string, string>();
  const add = async (name: string, count: number, model = "a") => {
    const caseId = await createCase(store, wish(), { id: randomUUID(), facts, model });
    const files = Array.from({ length: count }, (_, i) => ({
      ...{ id: randomUUID(), file: `${name}${i}`, sha256: sha256(`${name}${i}`), width: 1, height: 1 },
    }));
    await addCells(store, wish(), { caseId, files, refused: 0 });
    names.set(caseId, name);
  };
  await add("A", 40);
  await add("B", 2);
  await add("C", 40);
  await add("D", 3, "held");
  const served = async (after: number) => {
    const found = await waitingCells(store, { limit: 32, after, except: ["held"] });
    const cases = found.map(({ caseId }) => names.get(caseId)!);
    return { cases: [...new Set(cases)].map((name) => [name, cases.filter((one) => one === name).length]), found };
  };
  const first = await served(0);
  expect(first.cases).toEqual([["A", 32]]);
  const second = await served(first.found.at(-1)!.turn);
  expect(second.cases).toEqual([
    ["B", 2],
    ["C", 30],
  ]);
  expect((await served(second.found.at(-1)!.turn)).cases).toEqual([["A", 32]]);
  expect((await waitingCells(store, { limit: 90 })).map(({ caseId }) => names.get(caseId))).toHaveLength(85);
  await store.close();
});

test("a small case is not kept waiting by a large one that came before", async () => {
  const { ask, upload } = laboratory;
  const ids: string[] = [];
  for (const [name, count] of [
    ["large", 70],
    ["small", 3],
  ] as const) {
    const { id } = (await ask("POST cases", { name })).body;
    await upload(id, await pictures(count, 1000 * ids.length));
    await laboratory.settled(id);
    ids.push(id);
  }
  const { events: before } = (await ask("GET trail?limit=1000")).body;
  // All wait again, at once.
  await ask("PUT scale", { scale: "24px" });
  for (const id of ids) await laboratory.settled(id);
  const { events } = (await ask(`GET trail?limit=1000&after=${before.at(-1).sequence}`)).body;
  const order = events
    .filter(({ kind }: { kind: string }) => kind === "cells.classified")
    .map((event: { case: string }) => ids.indexOf(event.case));
  expect(order.filter((place: number) => place === 0).length).toBeGreaterThanOrEqual(3);
  expect(order.lastIndexOf(1)).toBeLessThan(order.lastIndexOf(0));
  expect((await ask(`GET cases/${ids[0]}/queue`)).body).toEqual({ place: null, of: 0, secondsLeft: null });
  expect(laboratory.work.classification.secondsPerCell).toBeGreaterThan(0);
});

test("the place is that of the end, and the time that of all cells until then", () => {
  const all = [
    { caseId: "large", waiting: 100 },
    { caseId: "small", waiting: 10 },
    { caseId: "middle", waiting: 30 },
    { caseId: "later", waiting: 10 },
  ];
  const place = (caseId: string, secondsPerCell: number | undefined = 0.5) => placeOf(all, { caseId, secondsPerCell });
  expect(place("small")).toEqual({ place: 1, of: 4, secondsLeft: 20 });
  expect(place("later")).toEqual({ place: 2, of: 4, secondsLeft: 20 });
  expect(place("middle")).toEqual({ place: 3, of: 4, secondsLeft: 40 });
  expect(place("large")).toEqual({ place: 4, of: 4, secondsLeft: 75 });
  expect(place("none")).toEqual({ place: null, of: 4, secondsLeft: null });
  expect(placeOf(all, { caseId: "small", secondsPerCell: undefined }).secondsLeft).toBeNull();
});
