// Who else has a case open: names alone, forgotten when a page is closed or is silent.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWithRoles, type WithRoles } from "../access/roles.ts";

let laboratory: WithRoles["laboratory"];
let as: WithRoles["as"];
beforeAll(async () => {
  ({ laboratory, as } = await startWithRoles());
});
afterAll(() => laboratory.close());

const newCase = async (): Promise<string> => (await laboratory.ask("POST cases", { name: "S-1" }, as.admin)).body.id;

/** A page of a user that has a case open. */
function pageOf(who: string, id: string, page: string = randomUUID()) {
  const ask = (method: string) => laboratory.ask(`${method} cases/${id}/readers/${page}`, undefined, as[who]);
  return { page, others: async () => (await ask("PUT")).body.others, close: () => ask("DELETE") };
}

test("each page sees who has the same case open in others, each name once, until the page is closed", async () => {
  const [id, another] = [await newCase(), await newCase()];
  const ada = pageOf("signer", id);
  expect(await ada.others()).toEqual([]);
  const [ben, again] = [pageOf("reviewer", id), pageOf("reviewer", id)];
  expect(await ben.others()).toEqual(["signer"]);
  expect(await again.others()).toEqual(["reviewer", "signer"]);
  expect(await pageOf("viewer", another).others()).toEqual([]);
  expect(await ada.others()).toEqual(["reviewer"]);
  await pageOf("viewer", id, ben.page).close();
  await again.close();
  expect(await ada.others()).toEqual(["reviewer"]);
  await ben.close();
  expect(await ada.others()).toEqual([]);
});

test("a page that is silent, as one without a network is, is forgotten after 75 seconds; the trail knows nothing of it", async () => {
  const id = await newCase();
  const [ada, ben] = [pageOf("signer", id), pageOf("reviewer", id)];
  await ben.others();
  laboratory.clock.pass(75_000);
  expect(await ada.others()).toEqual(["reviewer"]);
  laboratory.clock.pass(1);
  expect(await ada.others()).toEqual([]);
  expect((await laboratory.ask(`GET trail?case=${id}`, undefined, as.admin)).body.events).toHaveLength(1);
});

test("a blind second reader is shown as others are, and learns names alone", async () => {
  const id = await newCase();
  await laboratory.ask(`POST cases/${id}/second-reading`, {}, as.reviewer);
  const [ada, ben] = [pageOf("signer", id), pageOf("reviewer", id)];
  await ada.others();
  const { body } = await laboratory.ask(`PUT cases/${id}/readers/${ben.page}`, undefined, as.reviewer);
  expect(body).toEqual({ others: ["signer"] });
  expect(await ada.others()).toEqual(["reviewer"]);
});

test("of a case that is not there nobody is a reader", async () => {
  const { status, body } = await laboratory.ask(
    `PUT cases/${randomUUID()}/readers/${randomUUID()}`,
    undefined,
    as.viewer,
  );
  expect([status, body.error.message]).toEqual([404, "no such case"]);
});
