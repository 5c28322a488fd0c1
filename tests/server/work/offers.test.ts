// What is offered: adaptations with their reason if they are not, folders to train on, and nothing twice.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { picture } from "../../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

test("an adaptation is not offered without enough known cells, and says how many it takes", async () => {
  const { body } = await laboratory.ask("GET models/adapt");
  expect(body.reason).toMatch(/\b20\b/);
  const refused = await laboratory.ask("POST models/adapt", {});
  expect(body.reason.toLowerCase()).toContain(refused.body.error.message.replace(/\.$/, "").toLowerCase());
});

test("folders to train on are listed, and the same training is not queued twice", async () => {
  const { ask, store } = laboratory;
  expect((await ask("GET runs/data")).body).toEqual({ data: [] });
  const set = join(store.folder, "datasets", "set");
  for (const name of ["a", "b"]) {
    mkdirSync(join(set, name), { recursive: true });
    for (let i = 0; i < 6; i++) writeFileSync(join(set, name, `${i}.png`), await picture(i + (name === "a" ? 0 : 50)));
  }
  const { data } = (await ask("GET runs/data")).body;
  expect(data).toEqual(["set"]);
  const wish = { kind: "train", data: data[0], model: "cnn", epochs: 50 };
  const first = await ask("POST runs", wish);
  expect(first.status).toBe(200);
  const second = await ask("POST runs", wish);
  expect([second.status, second.body.error.message]).toEqual([
    409,
    expect.stringMatching(/^the same is (waiting|running): cnn on /),
  ]);
  const other = await ask("POST runs", { ...wish, epochs: 51 });
  expect(other.status).toBe(200);
  for (const { body } of [first, other]) await ask(`POST runs/${body.id}/cancel`, {});
  const again = await ask("POST runs", wish);
  expect(again.status).toBe(200);
  await ask(`POST runs/${again.body.id}/cancel`, {});
});
