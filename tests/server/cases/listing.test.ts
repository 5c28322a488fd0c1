// The list of cases is searched, filtered and sorted, page by page.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
  for (const [name, comment] of [
    ["S-10", ""],
    ["b 100%", "repeat of S-10"],
    ["A_1", ""],
    ["a\\2", "urgent"],
    ["B 100", "Urgent"],
  ])
    await laboratory.ask("POST cases", { name, comment });
});
afterAll(() => laboratory.close());

const names = async (query: string): Promise<string[]> => {
  const { status, body } = await laboratory.ask(`GET cases?${query}`);
  expect(status, query).toBe(200);
  return body.cases.map(({ name }: { name: string }) => name);
};

test("finds what the name or the comment holds, in any case, and takes signs at their word", async () => {
  expect(await names("")).toEqual(["B 100", "a\\2", "A_1", "b 100%", "S-10"]);
  expect(await names("search=s-10")).toEqual(["b 100%", "S-10"]);
  expect(await names("search=URGENT&sort=oldest")).toEqual(["a\\2", "B 100"]);
  expect(await names("search=100%25")).toEqual(["b 100%"]);
  expect(await names("search=_")).toEqual(["A_1"]);
  expect(await names("search=%5C")).toEqual(["a\\2"]);
  expect(await names("search=none")).toEqual([]);
});

test("lists one status alone", async () => {
  const { cases } = (await laboratory.ask("GET cases?search=A_1")).body;
  await laboratory.ask(`POST cases/${cases[0].id}/void`, { reason: "a test" });
  expect(await names("status=void")).toEqual(["A_1"]);
  expect(await names("status=open&sort=name")).toEqual(["a\\2", "B 100", "b 100%", "S-10"]);
  expect((await laboratory.ask("GET cases?status=lost")).status).toBe(400);
});

test("goes on where the page before ended, in every order", async () => {
  for (const sort of ["newest", "oldest", "name", "urgency"]) {
    const all = await names(`sort=${sort}`);
    const found: string[] = [];
    let next: number | null | undefined;
    do {
      const { body } = await laboratory.ask(`GET cases?limit=2&sort=${sort}${next ? `&before=${next}` : ""}`);
      found.push(...body.cases.map(({ name }: { name: string }) => name));
      next = body.next;
    } while (next !== null);
    expect([sort, found]).toEqual([sort, all]);
  }
});

test("assigns cases to those who may read them, and lists the urgent ones first, by the time that is left", async () => {
  const made = async (name: string, facts: object) => (await laboratory.ask("POST cases", { name, ...facts })).body;
  expect((await laboratory.ask("GET people")).body).toEqual({ names: ["local"] });
  const first = await made("P-1", {});
  expect(first).toMatchObject({ assignee: null, priority: "routine", due: null });
  await made("P-2", { due: "2026-12-02T10:00:00Z", assignee: "local" });
  await made("P-3", { due: "2026-12-01T10:00:00Z" });
  await made("P-4", { priority: "stat" });
  await made("P-5", { priority: "urgent", due: "2026-12-03T10:00:00Z" });
  expect(await names("sort=urgency&search=P-")).toEqual(["P-4", "P-5", "P-3", "P-2", "P-1"]);
  expect(await names("assignee=local")).toEqual(["P-2"]);
  expect(await names("name=p-2")).toEqual(["P-2"]);
  expect(await names("name=P-")).toEqual([]);
  const changed = await laboratory.ask(`PATCH cases/${first.id}`, { assignee: "local", priority: "stat" });
  expect(changed.body).toMatchObject({ assignee: "local", priority: "stat" });
  const { status, body } = await laboratory.ask(`PATCH cases/${first.id}`, { assignee: "Eve" });
  expect([status, body.error.message]).toEqual([400, "Eve is not a user who may read cases"]);
  expect((await laboratory.ask(`PATCH cases/${first.id}`, { due: "tomorrow" })).status).toBe(400);
});
