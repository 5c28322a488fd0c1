// The laboratory's own labels: set, refused, counted, signed, and given out.
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fhirFaults } from "../../support/fhirFaults.ts";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { pictures } from "../../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
  await laboratory.ask("PUT rules", { leastCells: 1, mostUnidentified: 1 });
});
afterAll(() => laboratory.close());

const KEYS = {
  ...{ Basophil: "b", Eosinophil: "e", Lymphocyte: "l", Monocyte: "m", Neutrophil: "n" },
  ...{ Unidentified: "u", Artefact: "a", Smudge: "s" },
};
const OWN = [
  { name: "Band", key: "1", countsAs: "Neutrophil" },
  { name: "Blast", key: "4", countsAs: "OtherLeukocyte" },
  { name: "NRBC", key: "7", countsAs: "Erythroblast" },
  { name: "Giant platelet", key: "8", countsAs: "NotLeukocyte" },
];
const put = (own: object[], keys: object = KEYS) => laboratory.ask("PUT labels", { keys, own });
const label = (id: string, changes: object[], more: object = {}) =>
  laboratory.ask(`POST cases/${id}/labels`, { changes, ...more });

async function newCase(name: string, count: number, first: number): Promise<{ id: string; cells: string[] }> {
  const { ask, upload, settled } = laboratory;
  const { id } = (await ask("POST cases", { name, leukocytes: 10 })).body;
  const { added } = (await upload(id, await pictures(count, first))).body;
  await settled(id);
  return { id, cells: added.map((cell: { id: string }) => cell.id) };
}

describe("labels of the laboratory's own", () => {
  let id: string;
  let cells: string[];

  test("are set with their keys, and refused by name", async () => {
    const { ask } = laboratory;
    expect((await ask("GET labels")).body).toEqual({ keys: KEYS, own: [] });
    expect((await put(OWN)).body).toEqual({ keys: KEYS, own: OWN });
    const twice = await put([...OWN, { name: "Neutrophil", key: "n", countsAs: "Neutrophil" }]);
    expect([twice.status, twice.body.error]).toEqual([
      400,
      {
        code: "ERR_USAGE",
        message:
          'the labels can\'t be used: The name "Neutrophil" is taken: the program itself has Neutrophil. Neutrophil and Neutrophil have the same key, N',
        hint: "Give each label a name and a key of its own.",
      },
    ]);
    for (const wrong of [[{ name: "X", key: "9", countsAs: "Unidentified" }], [{ name: "X", key: "9" }]])
      expect((await put(wrong)).status).toBe(400);
    expect((await put(OWN, { Basophil: "b" })).status).toBe(400);
    expect((await ask("GET labels")).body.own).toEqual(OWN);
    const { events } = (await ask("GET trail")).body;
    expect(events.findLast(({ kind }: { kind: string }) => kind === "labels.changed").content).toEqual({
      labels: { keys: KEYS, own: OWN },
      before: { keys: KEYS, own: [] },
    });
  });

  test("count as one of the five, for 100 leukocytes, or nowhere, and are told beside them", async () => {
    ({ id, cells } = await newCase("S-1", 10, 0));
    const names = ["Band", "Band", "Neutrophil", "BandNeutrophil", "Lymphocyte", "Blast", "NRBC", "NRBC"];
    const given = [...names, "Giant platelet", "Smudge"].map((name, i) => ({ cell: cells[i]!, label: name }));
    const { status, body } = await label(id, given);
    expect(status).toBe(200);
    const { differential } = body;
    expect(differential.classes.map((row: { class: string; count: number }) => [row.class, row.count])).toEqual([
      ...[
        ["Basophil", 0],
        ["Eosinophil", 0],
        ["Lymphocyte", 1],
        ["Monocyte", 0],
        ["Neutrophil", 4],
      ],
      ["OtherLeukocyte", 1],
    ]);
    const { cells: counted, smudges, notLeukocytes, unidentified } = differential;
    expect([counted, smudges, notLeukocytes, unidentified]).toEqual([6, 1, 1, 0]);
    expect(differential.subtypes.map((row: object) => ({ ...row, share: undefined }))).toEqual([
      { name: "Band", countsAs: "Neutrophil", count: 2, byReaders: 2 },
      { name: "BandNeutrophil", countsAs: "Neutrophil", count: 1, byReaders: 1 },
      { name: "Blast", countsAs: "OtherLeukocyte", count: 1, byReaders: 1 },
      { name: "NRBC", countsAs: "Erythroblast", count: 2, byReaders: 2 },
      { name: "Giant platelet", countsAs: "NotLeukocyte", count: 1, byReaders: 1 },
    ]);
    expect(differential.subtypes.map(({ share }: { share: { value: number } | null }) => share?.value)).toEqual([
      ...[1 / 3, 1 / 6, 1 / 6, undefined, undefined],
    ]);
    // 2 for 6 leukocytes; of 10 that a counter takes for white cells 10 * 100 / (100 + 33.3) are.
    const { count, per100, correctedLeukocytes, isCorrected } = differential.erythroblasts;
    expect([count, isCorrected]).toEqual([2, true]);
    expect([per100.value, correctedLeukocytes.value]).toEqual([expect.closeTo(100 / 3, 9), expect.closeTo(7.5, 9)]);
    // Nobody says that readers' own bands were learned by a model.
    expect(differential.notes.join()).not.toContain("Learned");
    const { body: seen } = await laboratory.ask(`GET cases/${id}/cells`);
    expect([seen.cells[0].label, seen.cells[0].counted]).toEqual(["Band", "Neutrophil"]);
    const unknown = await label(id, [{ cell: cells[0]!, label: "Bund" }]);
    expect([unknown.status, unknown.body.error.message]).toEqual([400, 'the laboratory has no label "Bund"']);
    for (const kind of ["OtherLeukocyte", "NotLeukocyte", ""])
      expect((await label(id, [{ cell: cells[0]!, label: kind }])).status).toBe(400);
  });

  test("in use can't be removed, nor count as something else, while a case with them is open", async () => {
    const refused = await put(OWN.slice(1));
    expect([refused.status, refused.body.error]).toEqual([
      409,
      {
        code: "ERR_CONFLICT",
        message: 'the label "Band" can\'t be removed: 2 cells of 1 open case have it',
        hint: "Sign these cases, or label the cells otherwise. Its key can be changed at any time.",
      },
    ]);
    const other = OWN.map((one) => (one.name === "Blast" ? { ...one, countsAs: "Lymphocyte" } : one));
    expect((await put(other)).body.error.message).toBe(
      'the label "Blast" can\'t count as something else: 1 cell of 1 open case has it',
    );
    const moved = OWN.map((one) => (one.name === "Band" ? { ...one, key: "9" } : one));
    expect((await put(moved)).body.own[0].key).toBe("9");
  });

  test("are in all that a signature gives out", async () => {
    const { ask } = laboratory;
    const preview = (await ask(`GET connections/preview?case=${id}`)).body.lines.join("\n");
    expect(preview).toMatch(/OBX\|\d+\|NM\|Band\^Band\^L\|\|33\.3\|/);
    expect(preview).toMatch(/OBX\|\d+\|NM\|26508-2\^.*\|\|16\.7\|/);
    expect(preview).toMatch(/OBX\|\d+\|NM\|19048-8\^.*\|\|33\.3\|/);
    expect(preview).toMatch(/OBX\|\d+\|NM\|Giant platelet\^Giant platelet\^L\|\|1\|/);
    const signed = await ask(`POST cases/${id}/sign`, { meaning: "seen" });
    expect(signed.status).toBe(200);
    const of = async (ending: string) => (await ask(`GET reports/${signed.body.id}${ending}`)).raw.toString();
    const page = await of("");
    expect(page).toMatch(/Labels that say more.*Band.*Neutrophil.*Blast.*OtherLeukocyte/s);
    expect(page).toContain("Nucleated red cells: 2, 33.3 (");
    expect(page).toContain("1 smudge cell, 1 no leukocytes.");
    const counts = await of(".counts.csv");
    expect(counts).toMatch(/^S-1,1,final,Band,Neutrophil,2,/m);
    expect(counts).toMatch(/^S-1,1,final,Erythroblast,,2,/m);
    expect(await of(".csv")).toMatch(/^S-1,1,1,.*,Neutrophil,Band$/m);
    const fhir = JSON.parse(await of(".fhir.json"));
    expect(fhirFaults(fhir)).toEqual([]);
    const observations = fhir.contained.filter((one: { resourceType: string }) => one.resourceType === "Observation");
    const keys = observations.map((one: { identifier: { value: string }[] }) => one.identifier[0]!.value);
    expect(new Set(keys).size).toBe(keys.length);
    expect((await ask(`GET reports/${signed.body.id}.pdf`)).raw.subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("that only signed cases have can go, and these keep what they counted as", async () => {
    const { ask } = laboratory;
    expect((await put([])).status).toBe(200);
    const { differential } = { differential: (await ask(`GET cases/${id}/differential`)).body };
    expect(differential.subtypes.map(({ name }: { name: string }) => name)).toContain("Band");
    expect(differential.classes[4].count).toBe(4);
    await put(OWN);
  });

  test("are shown as references of signed cases, and not for images of a case in a blind reading", async () => {
    const { ask } = laboratory;
    const bands = async () => (await ask("GET references?label=Band")).body.references;
    expect((await bands()).map(({ cell, byReader }: { cell: string; byReader: boolean }) => [cell, byReader])).toEqual(
      expect.arrayContaining([
        [cells[0], true],
        [cells[1], true],
      ]),
    );
    // The same images in another case, which somebody reads blind.
    const { id: twin } = (await ask("POST cases", { name: "S-2" })).body;
    await laboratory.upload(twin, await pictures(1, 0));
    await laboratory.settled(twin);
    await ask(`POST cases/${twin}/second-reading`, {});
    expect((await bands()).map(({ cell }: { cell: string }) => cell)).toEqual([cells[1]]);
    expect((await ask("GET references")).status).toBe(400);
  });

  test("agree by what they count as, and a difference keeps its names", async () => {
    const { ask } = laboratory;
    const { id: other, cells: own } = await newCase("S-3", 3, 20);
    const first = ["Band", "Neutrophil", "Blast"].map((name, i) => ({ cell: own[i]!, label: name }));
    await label(other, first);
    await ask(`POST cases/${other}/second-reading`, {});
    const second = ["Neutrophil", "Band", "Band"].map((name, i) => ({ cell: own[i]!, label: name }));
    await label(other, second, { reading: "second" });
    await ask(`POST cases/${other}/second-reading/finish`, {});
    const { body } = await ask(`GET cases/${other}/agreement`);
    expect([body.cells, body.same.value]).toEqual([3, expect.closeTo(2 / 3, 9)]);
    expect(body.differences).toEqual([{ cell: own[2], number: 3, first: "Blast", second: "Band" }]);
  });
});

test("a thumbnail of the cell alone shows its surroundings, and the whole image if no nucleus is found", async () => {
  const { ask, upload, settled } = laboratory;
  const drawn = (shape: string) =>
    sharp(Buffer.from(`<svg width="320" height="240"><rect width="320" height="240" fill="#f4e8ee"/>${shape}</svg>`))
      .png()
      .toBuffer();
  const files = [
    { name: "cell.png", bytes: await drawn('<circle cx="240" cy="90" r="30" fill="#5b2a86"/>') },
    { name: "empty.png", bytes: await drawn("") },
  ];
  const { id } = (await ask("POST cases", { name: "S-4" })).body;
  const { added } = (await upload(id, files)).body;
  await settled(id);
  const thumbnail = async (cell: string, of = "") => {
    const { raw, headers } = await ask(`GET cells/${cell}/thumbnail${of}`);
    expect(headers["content-type"]).toBe("image/webp");
    const { data, info } = await sharp(raw).raw().toBuffer({ resolveWithObject: true });
    const dark = Array.from({ length: data.length / 3 }, (_, i) => i).filter((i) => data[3 * i + 1]! < 120).length;
    return { size: [info.width, info.height], dark: dark / (info.width * info.height), data };
  };
  const [cell, empty] = added.map(({ id: one }: { id: string }) => one) as [string, string];
  const [whole, alone] = [await thumbnail(cell), await thumbnail(cell, "?of=cell")];
  expect([whole.size, alone.size]).toEqual([
    [128, 96],
    [128, 128],
  ]);
  // A disc of 60 pixels in 320 by 240, and in a square of 2.5 times its width.
  expect([whole.dark, alone.dark]).toEqual([expect.closeTo(0.037, 2), expect.closeTo(0.126, 1)]);
  expect((await thumbnail(empty, "?of=cell")).data).toEqual((await thumbnail(empty)).data);
  expect((await ask(`GET cells/${cell}/thumbnail?of=nucleus`)).status).toBe(400);
});
