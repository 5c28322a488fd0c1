// What of an announced upload has not arrived, the case says: no file is missed without a word.
import { randomUUID } from "node:crypto";
import { zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { picture, pictures, type TestFile } from "../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

const newCase = async () => (await laboratory.ask("POST cases", { name: "S-1" })).body.id as string;
const awaitedOf = async (id: string) => (await laboratory.ask(`GET cases/${id}`)).body.awaited as number;
const missing = async (id: string): Promise<string[]> =>
  (await laboratory.ask(`GET cases/${id}/uploads`)).body.files.map(({ file }: { file: string }) => file);

async function announce(id: string, files: readonly string[], beside: readonly string[] = []): Promise<string> {
  const { status, body } = await laboratory.ask(`POST cases/${id}/uploads`, { files, beside });
  expect(status).toBe(200);
  return body.upload;
}

const send = (id: string, upload: string, files: readonly TestFile[], key: string = randomUUID()) =>
  laboratory.upload(`${id}?upload=${upload}`, files, { "idempotency-key": key });

test("a case misses what was announced until it is answered: taken, known, refused, or a zip by its own name", async () => {
  const id = await newCase();
  expect(await awaitedOf(id)).toBe(0);
  const [a, b] = await pictures(2);
  const zip = { name: "more.zip", bytes: Buffer.from(zipSync({ "inner.png": (await picture(9)) as Uint8Array })) };
  const text = { name: "notes.png", bytes: Buffer.from("no picture") };
  const again = { name: "again.png", bytes: a!.bytes };
  const upload = await announce(id, ["cell-0.png", "cell-1.png", "more.zip", "notes.png", "again.png", "late.png"]);
  expect(await awaitedOf(id)).toBe(6);
  expect((await send(id, upload, [a!, zip])).body.added).toHaveLength(2);
  expect(await missing(id)).toEqual(["again.png", "cell-1.png", "late.png", "notes.png"]);
  expect((await send(id, upload, [again])).body.known).toHaveLength(1);
  expect((await send(id, upload, [text])).body.refused).toHaveLength(1);
  await send(id, upload, [b!]);
  expect([await awaitedOf(id), await missing(id)]).toEqual([1, ["late.png"]]);
  const [listed] = (await laboratory.ask("GET cases")).body.cases.filter((one: { id: string }) => one.id === id);
  expect(listed.awaited).toBe(1);
});

test("names are known as forms bring them: quotes, slashes, letters in two ways of writing", async () => {
  const id = await newCase();
  const upload = await announce(id, ['smear\\1/a"b.png', "a\u0308.png", `${"n".repeat(400)}.png`]);
  const [a, b, c] = await pictures(3, 20);
  await send(id, upload, [
    { name: "smear/1/a%22b.png", bytes: a!.bytes },
    { name: "\u00e4.png", bytes: b!.bytes },
    { name: `${"n".repeat(400)}.png`, bytes: c!.bytes },
  ]);
  expect(await awaitedOf(id)).toBe(0);
});

test("a part that is sent again under its key counts once, also where two files have one name", async () => {
  const id = await newCase();
  const upload = await announce(id, ["cell.png", "cell.png", "cell.png"]);
  const part = [{ name: "cell.png", bytes: await picture(30) }];
  const key = randomUUID();
  await send(id, upload, part, key);
  await send(id, upload, part, key);
  expect(await awaitedOf(id)).toBe(2);
  await send(
    id,
    upload,
    [31, 32].map((seed) => ({ name: "cell.png", bytes: Buffer.from(String(seed)) })),
  );
  expect(await awaitedOf(id)).toBe(0);
});

test("two uploads with the same names are kept apart; files that come again belong to the upload that missed them", async () => {
  const id = await newCase();
  const first = await announce(id, ["1.png", "2.png"]);
  const second = await announce(id, ["1.png", "2.png"], [first]);
  await send(id, first, [{ name: "1.png", bytes: await picture(40) }]);
  expect([await awaitedOf(id), await missing(id)]).toEqual([3, ["2.png", "1.png", "2.png"].sort()]);
  // Chosen again after a reload, when nothing is under way: nothing is missed twice.
  const third = await announce(id, ["1.png", "2.png", "2.png"]);
  expect(await awaitedOf(id)).toBe(3);
  await send(
    id,
    third,
    [40, 41, 42].map((seed, i) => ({ name: ["1.png", "2.png", "2.png"][i]!, bytes: Buffer.from(String(seed)) })),
  );
  expect(await awaitedOf(id)).toBe(0);
  expect((await laboratory.ask(`GET cases/${id}`)).body.cells).toBe(1);
  expect(second).not.toBe(first);
});

test("an upload that was never announced works, and what any upload missed by its names has arrived", async () => {
  const id = await newCase();
  await announce(id, ["cell-50.png", "other.png"]);
  expect((await laboratory.upload(id, await pictures(2, 50))).body.added).toHaveLength(2);
  expect(await missing(id)).toEqual(["other.png"]);
});

test("what is missing is given up with its names in the trail; a case that is signed announces nothing", async () => {
  const { ask } = laboratory;
  const id = await newCase();
  const upload = await announce(id, ["b.png", "a.png"]);
  await send(id, upload, await pictures(1, 60));
  const { status, body } = await ask(`DELETE cases/${id}/uploads`);
  expect([status, body.awaited]).toEqual([200, 0]);
  // Nothing is missing any more: there is nothing to say.
  await ask(`DELETE cases/${id}/uploads`);
  const { events } = (await ask(`GET trail?case=${id}`)).body;
  const told = events.filter(({ kind }: { kind: string }) => kind.startsWith("upload."));
  expect(told.map(({ kind, content }: { kind: string; content: object }) => [kind, content])).toEqual([
    ["upload.announced", { upload, files: 2, again: 0 }],
    ["upload.given-up", { files: 2, names: ["a.png", "b.png"] }],
  ]);
  expect((await ask("GET trail/verify")).body.isWhole).toBe(true);
  // An upload that comes late all the same is taken.
  expect((await send(id, upload, await pictures(1, 61))).body.added).toHaveLength(1);
  await laboratory.settled(id);
  await ask(`POST cases/${id}/sign`, { meaning: "seen", despite: "one cell, for a test" });
  const refused = await ask(`POST cases/${id}/uploads`, { files: ["c.png"] });
  expect([refused.status, refused.body.error.message]).toEqual([409, "the case is signed"]);
  expect((await ask(`DELETE cases/${id}/uploads`)).status).toBe(409);
});

test("an announcement is one wish: sent again under its key it announces nothing more", async () => {
  const id = await newCase();
  const headers = { "idempotency-key": randomUUID() };
  const tries = await Promise.all(
    [1, 2].map(() => laboratory.ask(`POST cases/${id}/uploads`, { files: ["a.png"] }, headers)),
  );
  expect(tries[0]!.body).toEqual(tries[1]!.body);
  expect(await awaitedOf(id)).toBe(1);
  expect((await laboratory.ask(`POST cases/${id}/uploads`, { files: [] })).status).toBe(400);
});
