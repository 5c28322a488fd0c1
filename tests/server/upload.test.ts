import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { zipSync } from "fflate";
import { decodeImage } from "leukogram/data/pictures/image";
import type { RgbImage } from "leukogram/data/pictures/rgbImage";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { picture, pictures, type TestFile } from "../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory({
    limits: { imageBytes: 200_000, archiveBytes: 400_000, unpackedBytes: 1_000_000, images: 20, pixels: 1e6 },
  });
});
afterAll(() => laboratory.close());

async function send(...files: TestFile[]) {
  const { body } = await laboratory.ask("POST cases", { name: "hostile" });
  return { id: body.id as string, ...(await laboratory.upload(body.id, files)) };
}
const zip = (entries: Record<string, Uint8Array>) => Buffer.from(zipSync(entries));

test("files that are no pictures are refused one by one, and the others are taken", async () => {
  const good = await picture(1);
  const huge = Buffer.from(good);
  huge.writeUInt32BE(60_000, 16); // its header says 60,000 pixels wide
  const { status, body } = await send(
    { name: "empty.png", bytes: Buffer.alloc(0) },
    { name: "noise.png", bytes: randomBytes(5000) },
    { name: "page.png", bytes: Buffer.from("<script>alert(1)</script>") },
    { name: "drawing.svg", bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>') },
    { name: "huge.png", bytes: huge },
    { name: "large.png", bytes: Buffer.concat([good, Buffer.alloc(250_000)]) },
    { name: "good.png", bytes: good },
  );
  expect(status).toBe(200);
  expect(body.added.map(({ file }: { file: string }) => file)).toEqual(["good.png"]);
  expect(
    Object.fromEntries(body.refused.map(({ file, reason }: { file: string; reason: string }) => [file, reason])),
  ).toEqual({
    "empty.png": "the file is empty",
    "noise.png": "not an image in a known format",
    "page.png": "not an image in a known format",
    "drawing.svg": "not an image in a known format",
    "huge.png": "larger than 1 megapixels",
    "large.png": "larger than 0 MB",
  });
});

test("a picture that is cut short becomes a cell that is bad, and says why", async () => {
  const whole = await picture(2);
  const { id, body } = await send({ name: "cut.png", bytes: whole.subarray(0, whole.length / 2) });
  expect(body.added).toHaveLength(1);
  await laboratory.settled(id);
  const [cell] = (await laboratory.ask(`GET cases/${id}/cells`)).body.cells;
  expect([cell.status, cell.predicted, cell.counted]).toEqual(["bad", null, null]);
  expect(cell.error).toMatch(/^cut\.png: the image is damaged or incomplete/);
  expect((await laboratory.ask(`GET cells/${cell.id}/thumbnail`)).status).toBe(422);
});

test("archives do not reach outside, unpack to more than the limit, or nest", async () => {
  const good = await picture(3);
  const bomb = zip({ "bomb.png": new Uint8Array(50_000_000) });
  const { status, body } = await send(
    { name: "escape.zip", bytes: zip({ "../../escape.png": good }) },
    { name: "bomb.zip", bytes: bomb },
    { name: "nested.zip", bytes: zip({ "inner.zip": zip({ "a.png": good }) }) },
    { name: "cut.zip", bytes: zip({ "a.png": good, "b.png": good }).subarray(0, 200) },
    {
      name: "many.zip",
      bytes: zip(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i}/`, new Uint8Array()]))),
    },
  );
  expect(status).toBe(200);
  expect(body.added).toEqual([]);
  const reasons = Object.fromEntries(
    body.refused.map(({ file, reason }: { file: string; reason: string }) => [file, reason]),
  );
  expect(reasons["escape.zip"]).toMatch(/outside the folder/);
  expect(reasons["bomb.zip"]).toMatch(/unpacks to more than 1 MB/);
  expect(reasons["inner.zip"]).toBe("not an image in a known format");
  expect(reasons["cut.zip"]).toMatch(/damaged or incomplete/);
  expect(reasons["many.zip"]).toMatch(/more than 40 entries/);
});

test("names are kept as names: paths that lead away are refused", async () => {
  const bytes = await picture(4);
  const names = ["../up.png", "/etc/passwd", "C:\\\\evil.png", "a/../../b.png", `${"n".repeat(400)}.png`];
  const { body } = await send(...names.map((name) => ({ name, bytes })), { name: "smear 1/cell ä.png", bytes });
  expect(body.added.map(({ file }: { file: string }) => file)).toEqual(["smear 1/cell ä.png"]);
  expect(body.refused.map(({ reason }: { reason: string }) => reason)).toEqual(names.map(() => "unsafe path"));
});

test("too much at once is refused as a whole, and leaves nothing", async () => {
  const large = await send({ name: "large.bin", bytes: randomBytes(500_000) });
  expect([large.status, large.body.error.code]).toEqual([413, "ERR_LIMIT"]);
  const many = await send(...(await pictures(21)));
  expect([many.status, many.body.error.code]).toEqual([413, "ERR_LIMIT"]);
  for (const { id } of [large, many]) expect((await laboratory.ask(`GET cases/${id}`)).body.cells).toBe(0);
});

test("requests that are no requests get an answer below 500", async () => {
  const { body } = await laboratory.ask("POST cases", { name: "x" });
  const path = `cases/${body.id}`;
  const tries: [string, unknown, Record<string, string>?][] = [
    [`POST ${path}/images`, "no form", { "content-type": "text/plain" }],
    [`POST ${path}/images`, "broken", { "content-type": "multipart/form-data; boundary=x" }],
    [`POST ${path}/images`, "broken", { "content-type": "multipart/form-data" }],
    [`POST ${path}/images`, {}],
    [`POST ${path}/labels`, "{", { "content-type": "application/json" }],
    [`POST ${path}/labels`, '{"__proto__":{"a":1}}', { "content-type": "application/json" }],
    [`POST ${path}/labels`, { changes: [] }],
    [`POST ${path}/labels`, { changes: [{ cell: body.id, label: "Monocyte" }] }],
    [`POST ${path}/labels`, { changes: [{ cell: body.id, label: "Platelet" }] }],
    [`PATCH ${path}`, { name: "nul \u0000" }],
    [`PATCH ${path}`, { age: -1 }],
    [`PATCH ${path}`, '{"leukocytes":1e999}', { "content-type": "application/json" }],
    ["POST cases", { name: "x" }, { "idempotency-key": "1" }],
    [`POST cases`, "x", { "content-type": "application/xml" }],
    ["GET cases/%00", undefined],
    ["GET cases/%ff", undefined],
    ["GET cases?limit=0", undefined],
    ["GET cases?limit=1e9", undefined],
    ["GET cases?before=99999999999999999999", undefined],
    ["GET cells/00000000-0000-4000-8000-000000000000/image", undefined],
    [`GET ${path}/cells?after=2147483648`, undefined],
    ["GET reports/x.json", undefined],
    ["TRACE cases", undefined],
  ];
  for (const [line, payload, headers] of tries) {
    const answer = await laboratory.ask(line, payload, headers);
    expect(answer.status, line).toBeGreaterThanOrEqual(400);
    expect(answer.status, line).toBeLessThan(500);
    expect(answer.body.error, line).toMatchObject({
      code: expect.stringMatching(/^ERR_/),
      message: expect.any(String),
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|\/tmp\//);
  }
});

test("an image under two names is one cell, in one upload and in the next", async () => {
  const bytes = await picture(7);
  const { id, body } = await send({ name: "a.png", bytes }, { name: "again/b.png", bytes });
  const [cell] = body.added;
  expect([body.added.length, body.known]).toEqual([1, [{ id: cell.id, file: "again/b.png" }]]);
  const next = await laboratory.upload(id, [{ name: "c.png", bytes }]);
  expect([next.body.added, next.body.known]).toEqual([[], [{ id: cell.id, file: "c.png" }]]);
});

test("thumbnails of ink and of 16 bits have the colours that the model sees", async () => {
  const kinds: Record<string, { readonly file: string }> = JSON.parse(
    readFileSync(new URL("../data/pictures/pictureKinds.json", import.meta.url), "utf8"),
  );
  for (const name of ["cmyk.jpg", "cmyk-without-adobe.jpg", "rgb-16.png", "rgb-16.tif", "grey-16.png"]) {
    const bytes = Buffer.from(kinds[name]!.file, "base64");
    const seen = await decodeImage(bytes, { name });
    const { id, body } = await send({ name, bytes });
    expect(body.refused, name).toEqual([]);
    const [cell] = (await laboratory.ask(`GET cases/${id}/cells`)).body.cells;
    const thumbnail = await laboratory.ask(`GET cells/${cell.id}/thumbnail`);
    const shown = await decodeImage(thumbnail.raw, { name: "thumbnail" });
    expect([shown.width, shown.height]).toEqual([seen.width, seen.height]);
    const means = ({ data }: RgbImage) => [0, 1, 2].map((k) => mean(data.filter((_, i) => i % 3 === k)));
    for (const [k, value] of means(shown).entries()) expect(Math.abs(value - means(seen)[k]!), name).toBeLessThan(6);
  }
});

const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
