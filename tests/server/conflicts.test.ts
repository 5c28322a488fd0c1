// Two readers at one cell: a label says which one it replaces, and nothing that somebody said is overwritten unseen.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pictures } from "../support/pictures.ts";
import { startWithRoles, type WithRoles } from "./access/roles.ts";

let laboratory: WithRoles["laboratory"];
let as: WithRoles["as"];
beforeAll(async () => {
  ({ laboratory, as } = await startWithRoles());
});
afterAll(() => laboratory.close());

interface Wanted {
  readonly cell: string;
  readonly label: string | null;
  readonly replaces?: string | null;
}

async function newCase(): Promise<{ readonly id: string; readonly cells: string[] }> {
  const { id } = (await laboratory.ask("POST cases", { name: "S-1" }, as.admin)).body;
  const { body } = await laboratory.upload(id, await pictures(3), as.admin);
  return { id, cells: body.added.map((cell: { id: string }) => cell.id) };
}

const say = (id: string, who: string, changes: readonly Wanted[], headers: Record<string, string> = {}) =>
  laboratory.ask(`POST cases/${id}/labels`, { changes, via: "keyboard" }, { ...as[who]!, ...headers });
const labelsOf = async (id: string) =>
  (await laboratory.ask(`GET cases/${id}/cells`, undefined, as.admin)).body.cells.map(
    ({ label, labelledBy }: { label: string | null; labelledBy: string | null }) => [label, labelledBy],
  );

test("a label that another reader gave meanwhile stays, and both names are answered; the other cells are labelled", async () => {
  const { id, cells } = await newCase();
  const [a, b] = cells as [string, string];
  const first = await say(id, "signer", [{ cell: a, label: "Monocyte", replaces: null }]);
  expect([first.status, first.body.conflicts]).toEqual([200, []]);
  const wish = [a, b].map((cell) => ({ cell, label: "Lymphocyte", replaces: null }));
  const key = { "idempotency-key": randomUUID() };
  const second = await say(id, "reviewer", wish, key);
  const conflicts = [{ cell: a, number: 1, label: "Monocyte", by: "signer", wanted: "Lymphocyte" }];
  expect([second.status, second.body.conflicts]).toEqual([200, conflicts]);
  expect((await say(id, "reviewer", wish, key)).body.conflicts).toEqual(conflicts);
  expect(await labelsOf(id)).toEqual([
    ["Monocyte", "signer"],
    ["Lymphocyte", "reviewer"],
    [null, null],
  ]);
  // What was wanted in vain is kept in the trail.
  const { events } = (await laboratory.ask(`GET trail?case=${id}`, undefined, as.admin)).body;
  expect(events.at(-1).content).toMatchObject({ changes: [{ cell: b, label: "Lymphocyte" }], conflicts });
  // Who has seen it may replace it.
  const settled = await say(id, "reviewer", [{ cell: a, label: "Lymphocyte", replaces: "Monocyte" }]);
  expect(settled.body.conflicts).toEqual([]);
  expect((await labelsOf(id))[0]).toEqual(["Lymphocyte", "reviewer"]);
});

test("who wants what is there already is in no conflict, and a label taken away meanwhile is one without a name", async () => {
  const { id, cells } = await newCase();
  const [cell] = cells as [string];
  await say(id, "signer", [{ cell, label: "Monocyte" }]);
  expect((await say(id, "reviewer", [{ cell, label: "Monocyte", replaces: null }])).body.conflicts).toEqual([]);
  await say(id, "signer", [{ cell, label: null, replaces: "Monocyte" }]);
  const late = await say(id, "reviewer", [{ cell, label: "Basophil", replaces: "Monocyte" }]);
  expect(late.body.conflicts).toEqual([{ cell, number: 1, label: null, by: null, wanted: "Basophil" }]);
});

test("without what it replaces a label replaces any, as before", async () => {
  const { id, cells } = await newCase();
  await say(id, "signer", [{ cell: cells[0]!, label: "Monocyte" }]);
  const { body } = await say(id, "reviewer", [{ cell: cells[0]!, label: "Basophil" }]);
  expect(body.conflicts).toEqual([]);
  expect((await labelsOf(id))[0]).toEqual(["Basophil", "reviewer"]);
});
