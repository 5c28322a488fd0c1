// Cells that came to the wrong case are moved or taken out with a reason, and cases that may be one are shown.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { sweepImages } from "@leukogram/laboratory/store/sweepImages";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pictures } from "../../support/pictures.ts";
import { startWithRoles, type WithRoles } from "../access/roles.ts";

let laboratory: WithRoles["laboratory"];
let as: WithRoles["as"];
beforeAll(async () => {
  ({ laboratory, as } = await startWithRoles());
});
afterAll(() => laboratory.close());

const ask = (line: string, body?: unknown, who = "admin") => laboratory.ask(line, body, as[who]!);
const settled = (id: string) =>
  expect.poll(async () => (await ask(`GET cases/${id}`)).body.waiting, { timeout: 120_000 }).toBe(0);

/** A case with so many of the drawn pictures, from one on. */
async function caseOf(name: string, count: number, first = 0) {
  const { id } = (await ask("POST cases", { name })).body;
  const { body } = await laboratory.upload(id, await pictures(count, first), as.admin!);
  await settled(id);
  return { id, cells: body.added.map((cell: { id: string }) => cell.id) as string[] };
}

interface Shown {
  readonly id: string;
  readonly number: number;
  readonly label: string | null;
  readonly status: string;
}

const shown = async (id: string): Promise<Shown[]> => (await ask(`GET cases/${id}/cells`)).body.cells;
const move = (id: string, cells: readonly string[], to: string | null, reason = "wrong specimen", who = "reviewer") =>
  ask(`POST cases/${id}/cells/move`, { cells, to, reason }, who);
const label = (id: string, cell: string, name: string) =>
  ask(`POST cases/${id}/labels`, { changes: [{ cell, label: name }] }, "reviewer");

test("a cell moves to another open case with its label, behind the cells there; both trails say why", async () => {
  const [from, to] = [await caseOf("A", 3, 100), await caseOf("B", 1, 200)];
  const [stays, moves, last] = from.cells as [string, string, string];
  await label(from.id, moves, "Monocyte");
  const before = (await ask(`GET cases/${to.id}`)).body.revision;
  const { status, body } = await move(from.id, [last, moves], to.id);
  expect([status, body.cells]).toEqual([200, 1]);
  expect((await shown(from.id)).map(({ id, number }) => [id, number])).toEqual([[stays, 1]]);
  expect((await shown(to.id)).map(({ id, number, label: name }) => [id, number, name])).toEqual([
    [to.cells[0], 1, null],
    [moves, 2, "Monocyte"],
    [last, 3, null],
  ]);
  expect((await ask(`GET cases/${to.id}`)).body.revision).toBe(before + 1);
  for (const id of [from.id, to.id]) {
    const { events } = (await ask(`GET trail?case=${id}`)).body;
    expect([events.at(-1).kind, events.at(-1).case]).toEqual(["cells.moved", from.id]);
    expect(events.at(-1).content).toMatchObject({ to: to.id, reason: "wrong specimen" });
    expect(events.at(-1).content.cells.map((cell: Shown) => [cell.id, cell.label])).toEqual([
      [moves, "Monocyte"],
      [last, null],
    ]);
  }
  expect((await ask("GET trail/verify")).body.isWhole).toBe(true);
});

test("what another model said is asked again in the case that the cell moved to", async () => {
  const from = await caseOf("Old model", 1, 300);
  const { models } = (await ask("GET models")).body;
  const other = models.find(({ id }: { id: string }) => id === "mobilenetv2-anylab").id;
  await ask(`POST models/${other}/activate`, {});
  const { id: to } = (await ask("POST cases", { name: "New model" })).body;
  await ask("POST models/cnn-anylab/activate", {});
  const told = await shown(from.id);
  await move(from.id, from.cells, to);
  await settled(to);
  const [cell] = await shown(to);
  expect([cell!.id, cell!.status]).toEqual([from.cells[0], "classified"]);
  expect(cell).not.toMatchObject({ probabilities: (told[0] as unknown as { probabilities: number[] }).probabilities });
});

test("a cell that is taken out is not counted, its image is kept, and the same image may come again", async () => {
  const { id, cells } = await caseOf("Out", 2, 400);
  const [sha256] = (await shown(id)).map((cell) => (cell as unknown as { sha256: string }).sha256);
  await label(id, cells[0]!, "Monocyte");
  expect((await move(id, [cells[0]!], null, "a cell of another slide")).body.cells).toBe(1);
  expect((await ask(`GET cells/${cells[0]}/image`)).status).toBe(404);
  expect((await ask(`GET cases/${id}/differential`)).body.classes[3].count).toBe(0);
  await sweepImages(laboratory.store);
  expect(existsSync(laboratory.store.images.pathOf(sha256!))).toBe(true);
  const again = await laboratory.upload(id, await pictures(1, 400), as.admin!);
  expect(again.body.added).toHaveLength(1);
  await settled(id);
  // Numbers are not used twice while a higher one is there.
  expect((await shown(id)).map(({ number }) => number)).toEqual([2, 3]);
});

test("those who follow the cases learn which cells have gone, and which have come", async () => {
  const [from, to] = [await caseOf("Left", 1, 500), await caseOf("Right", 1, 600)];
  const address = await laboratory.app.listen({ port: 0, host: "127.0.0.1" });
  const follow = async (id: string) => {
    const response = await fetch(`${address}/api/v1/cases/${id}/events`, { headers: as.admin! });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    // An answer of the model may be told late.
    const of = async (cell: string) => {
      for (let told = ""; ; told += (await reader.read()).value!)
        for (const line of told.split("\n").filter((each) => each.includes(cell)))
          if (told.includes(`${line}\n`)) return JSON.parse(line.slice(6));
    };
    return { of, stop: () => reader.cancel() };
  };
  const [left, right] = [await follow(from.id), await follow(to.id)];
  await move(from.id, from.cells, to.id);
  expect(await left.of(from.cells[0]!)).toMatchObject({ cells: [], gone: from.cells });
  expect(await right.of(from.cells[0]!)).toMatchObject({ cells: [{ id: from.cells[0] }], gone: [] });
  await Promise.all([left.stop(), right.stop()]);
});

test("what can't be moved is refused, and nothing has changed then", async () => {
  const [from, to] = [await caseOf("From", 2, 700), await caseOf("To", 1, 700)];
  const { id: voided } = (await ask("POST cases", { name: "Void" })).body;
  await ask(`POST cases/${voided}/void`, { reason: "a test" });
  const refusals: (readonly [Promise<{ status: number; body: { error: { message: string } } }>, number, string])[] = [
    [move(from.id, from.cells, to.id), 409, "the other case has one of these images already, as cell 1"],
    [move(from.id, from.cells, from.id), 409, "the cells are in this case already"],
    [move(from.id, [from.cells[0]!, randomUUID()], to.id), 404, "the case has no such cell"],
    [move(from.id, to.cells, null), 404, "the case has no such cell"],
    [move(from.id, from.cells, randomUUID()), 404, "no such case"],
    [move(from.id, from.cells, voided), 409, "the case is void"],
    [move(from.id, from.cells, null, " "), 400, "reason"],
    [move(from.id, from.cells, null, "why", "viewer"), 403, "this requires the role reviewer"],
  ];
  for (const [asked, status, message] of refusals) {
    const answer = await asked;
    expect([answer.status, answer.body.error.message]).toEqual([status, expect.stringContaining(message)]);
  }
  await ask(`POST cases/${from.id}/second-reading`, {}, "signer");
  const blind = await move(from.id, from.cells, null);
  expect([blind.status, blind.body.error.message]).toEqual([409, "a second reading of the case is in progress"]);
  expect(await shown(from.id)).toHaveLength(2);
});

test("a blind reader does not learn what was said of a cell in the case that it came from", async () => {
  const [from, to] = [await caseOf("Read", 1, 900), await caseOf("Blind", 1, 910)];
  const [cell] = from.cells as [string];
  await label(from.id, cell, "Eosinophil");
  await move(from.id, [cell], to.id);
  await ask(`POST cases/${to.id}/second-reading`, {}, "signer");
  for (const query of [`cell=${cell}`, `case=${to.id}`, `case=${from.id}`, "limit=1000"]) {
    const read = async (who: string) => JSON.stringify((await ask(`GET trail?${query}`, undefined, who)).body);
    expect([query, (await read("signer")).includes(cell)]).toEqual([query, false]);
    expect([query, (await read("admin")).includes(cell)]).toEqual([query, true]);
  }
});

test("a case names others with its specimen's number or its images, but not to a blind reader", async () => {
  const [one, two] = [await caseOf("S-77", 3, 800), await caseOf(" s-77 ", 2, 801)];
  const twins = async (id: string, who = "admin") => await ask(`GET cases/${id}/twins`, undefined, who);
  expect((await twins(one.id)).body).toEqual({
    named: [{ id: two.id, name: "s-77" }],
    sharing: [{ id: two.id, name: "s-77", images: 2 }],
  });
  expect((await twins(two.id)).body.sharing).toEqual([{ id: one.id, name: "S-77", images: 2 }]);
  await ask(`POST cases/${two.id}/second-reading`, {}, "signer");
  expect((await twins(two.id, "signer")).status).toBe(403);
  await ask(`POST cases/${one.id}/void`, { reason: "twice" });
  expect((await twins(two.id)).body).toEqual({ named: [], sharing: [] });
});
