import { createHash, randomUUID } from "node:crypto";
import { canonicalJson, sha256 } from "@leukogram/laboratory/store/canonicalJson";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fhirFaults } from "../support/fhirFaults.ts";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { pictures, type TestFile } from "../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

describe("the story of a case", () => {
  let id: string;
  let sent: TestFile[];
  const key = randomUUID();
  let cells: { id: string; number: number; predicted: string; counted: string }[];

  test("images of a request and of a zip become cells, each once, and the model answers", async () => {
    const { ask, upload } = laboratory;
    const made = await ask("POST cases", { name: " S-1 ", leukocytes: 6, signers: 2 });
    expect([made.status, made.body.name, made.body.revision, made.body.status]).toEqual([200, "S-1", 1, "open"]);
    id = made.body.id;
    const files = await pictures(3);
    const inZip = await pictures(2, 3);
    const zip = Buffer.from(
      zipSync(
        Object.fromEntries([
          ...inZip.map(({ name, bytes }) => [`smear/${name}`, bytes] as const),
          ["__MACOSX/._x", files[0]!.bytes],
        ]),
      ),
    );
    sent = [...files, { name: "smear.zip", bytes: zip }, { name: "notes.txt", bytes: Buffer.from("no picture") }];
    const first = await upload(id, sent, { "idempotency-key": key });
    expect(first.status).toBe(200);
    expect(first.body.added.map(({ file }: { file: string }) => file)).toEqual([
      "cell-0.png",
      "cell-1.png",
      "cell-2.png",
      "smear/cell-3.png",
      "smear/cell-4.png",
    ]);
    expect(first.body.refused).toEqual([{ file: "notes.txt", reason: "not an image in a known format" }]);
    const again = await upload(id, files);
    expect([again.body.added, again.body.known.length]).toEqual([[], 3]);
    await laboratory.settled(id);
    const seen = (await ask(`GET cases/${id}/cells`)).body;
    cells = seen.cells;
    expect(seen.classes).toEqual(["Basophil", "Eosinophil", "Lymphocyte", "Monocyte", "Neutrophil"]);
    expect(cells.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    for (const cell of seen.cells) {
      expect(cell.status).toBe("classified");
      expect(cell.probabilities.reduce((sum: number, p: number) => sum + p, 0)).toBeCloseTo(1, 6);
    }
    const image = await ask(`GET cells/${cells[0]!.id}/image`);
    expect([image.headers["content-type"], image.raw.equals(files[0]!.bytes)]).toEqual(["image/png", true]);
    const thumbnail = await ask(`GET cells/${cells[0]!.id}/thumbnail`);
    expect([thumbnail.status, thumbnail.headers["content-type"]]).toEqual([200, "image/webp"]);
  });

  test("a label counts before the model's class, and the count follows", async () => {
    const { ask } = laboratory;
    const [a, b, c, d, e] = cells.map((cell) => cell.id);
    const changes = [
      { cell: a, label: "Lymphocyte" },
      { cell: b, label: "Lymphocyte" },
      { cell: c, label: "Monocyte" },
      { cell: d, label: "Smudge" },
      { cell: e, label: "Unidentified" },
    ];
    const { status, body } = await ask(`POST cases/${id}/labels`, { changes, via: "keyboard" });
    expect(status).toBe(200);
    const { differential } = body;
    expect([differential.cells, differential.smudges, differential.unidentified]).toEqual([3, 1, 1]);
    const lymphocytes = differential.classes[2];
    expect([lymphocytes.count, lymphocytes.share.value]).toEqual([2, 2 / 3]);
    expect(lymphocytes.absolute.value).toBeCloseTo(4, 9);
    // A change that was made of an older state is refused.
    const old = await ask(`POST cases/${id}/labels`, {
      changes: [{ cell: a, label: null }],
      ifRevision: body.revision - 1,
    });
    expect([old.status, old.body.error.code]).toEqual([409, "ERR_CONFLICT"]);
  });

  test("a second reading is blind until it is finished", async () => {
    const { ask } = laboratory;
    expect((await ask(`POST cases/${id}/second-reading`, {})).body.isBlind).toBe(true);
    const seen = (await ask(`GET cases/${id}/cells?reading=second`)).body.cells;
    for (const cell of seen)
      expect([cell.predicted, cell.probabilities, cell.label, cell.counted]).toEqual([null, null, null, null]);
    for (const path of ["differential", "agreement"]) expect((await ask(`GET cases/${id}/${path}`)).status).toBe(403);
    const trail = (await ask(`GET trail?case=${id}`)).body.events;
    expect(JSON.stringify(trail)).not.toContain("Lymphocyte");
    expect((await ask(`POST cases/${id}/sign`, { meaning: "too soon" })).status).toBe(409);
    const labels = ["Lymphocyte", "Monocyte", "Monocyte", "Smudge", "Unidentified"];
    const changes = cells.map((cell, i) => ({ cell: cell.id, label: labels[i] }));
    const said = await ask(`POST cases/${id}/labels`, { reading: "second", changes });
    expect([said.status, said.body.differential]).toEqual([200, null]);
    expect((await ask(`POST cases/${id}/second-reading/finish`, {})).status).toBe(200);
    const { body } = await ask(`GET cases/${id}/agreement`);
    expect([body.cells, body.same.value]).toEqual([5, 0.8]);
    // 4 of 5 alike; by chance 0.4 * 0.2 + 0.2 * 0.4 + 2 * 0.04 = 0.24.
    expect(body.kappa.value).toBeCloseTo((0.8 - 0.24) / (1 - 0.24), 9);
    expect(body.differences).toEqual([{ cell: cells[1]!.id, number: 2, first: "Lymphocyte", second: "Monocyte" }]);
    expect(body.readers).toEqual({ first: ["local"], second: ["local"] });
    // It is settled by what the first reader had said; how the readings agreed stays as it was.
    laboratory.clock.pass(1000);
    const settled = { changes: [{ cell: cells[1]!.id, label: "Lymphocyte" }], via: "settle" };
    expect((await ask(`POST cases/${id}/labels`, settled)).status).toBe(200);
    expect((await ask(`GET cases/${id}/agreement`)).body).toEqual({ ...body, differences: [] });
  });

  test("a signature freezes; a second signer is somebody else; an amendment makes the next report", async () => {
    const { ask } = laboratory;
    const wish = { meaning: "reviewed", despite: "five cells are enough for a story" };
    const signed = await ask(`POST cases/${id}/sign`, wish);
    expect([signed.status, signed.body.number, signed.body.isFinal]).toEqual([200, 1, false]);
    expect((await ask(`POST cases/${id}/sign`, { meaning: "again" })).status).toBe(409);
    const frozen = await ask(`POST cases/${id}/labels`, { changes: [{ cell: cells[0]!.id, label: null }] });
    expect([frozen.status, frozen.body.error.hint]).toEqual([409, "Amend the case, which reopens it with a reason."]);
    expect((await laboratory.upload(id, await pictures(1, 50))).status).toBe(409);
    // Sent again by a client that never got the answer, it gets that.
    const again = await laboratory.upload(id, sent, { "idempotency-key": key });
    expect([again.status, again.body.added.map(({ id: cell }: { id: string }) => cell)]).toEqual([
      200,
      cells.map((cell) => cell.id),
    ]);
    const amended = await ask(`POST cases/${id}/amend`, { reason: "one signer is enough" });
    expect(amended.body.status).toBe("open");
    expect((await ask(`PATCH cases/${id}`, { signers: 1 })).body.signers).toBe(1);
    const final = (await ask(`POST cases/${id}/sign`, wish)).body;
    expect([final.number, final.reason, final.isFinal]).toEqual([2, "one signer is enough", true]);
    expect((await ask(`GET cases/${id}/reports`)).body.reports.map(({ number }: { number: number }) => number)).toEqual(
      [1, 2],
    );
    const json = (await ask(`GET reports/${final.id}.json`)).body;
    expect(sha256(canonicalJson(json.content))).toBe(final.sha256);
    expect(json.content.cells.map((cell: { sha256: string }) => cell.sha256)).toEqual(
      await Promise.all((await pictures(5)).map(({ bytes }) => createHash("sha256").update(bytes).digest("hex"))),
    );
    const page = await ask(`GET reports/${final.id}`);
    expect(page.body).toContain("Amended: one signer is enough");
    expect(page.body).not.toContain("<script");
    const csv = (await ask(`GET reports/${final.id}.csv`)).body.split("\n");
    expect(csv[0]).toMatch(/^case,report,cell,file,sha256/);
    expect(csv[1]).toContain("S-1,2,1,cell-0.png,");
    const counts = (await ask(`GET reports/${final.id}.counts.csv`)).body.trimEnd().split("\n");
    expect([counts.length, counts[0]]).toEqual([6, expect.stringMatching(/^case,report,status,class,cells,byModel/)]);
    expect(counts[3]).toMatch(
      /^S-1,2,final,Lymphocyte,2,\d,3,66\.667,.*,local,Research use only; not a medical device\.$/,
    );
    const fhir = await ask(`GET reports/${final.id}.fhir.json`);
    expect(fhirFaults(fhir.body)).toEqual([]);
    expect(fhir.body).toMatchObject({
      ...{ identifier: [{}, { value: `urn:uuid:${final.id}` }], resultsInterpreter: [{ display: "local" }] },
      ...{ issued: final.signatures[0].at, specimen: [{ reference: "#specimen" }] },
    });
    expect([fhir.body.resourceType, fhir.body.status]).toEqual(["DiagnosticReport", "amended"]);
  });

  test("the trail is whole, and says all of it", async () => {
    const { ask } = laboratory;
    const { events } = (await ask("GET trail?limit=1000")).body;
    expect(events.map(({ sequence }: { sequence: number }) => sequence)).toEqual(
      events.map((_: unknown, i: number) => i + 1),
    );
    const kinds = events.map(({ kind }: { kind: string }) => kind);
    expect(kinds.filter((kind: string) => kind !== "cells.classified")).toEqual([
      ...["case.created", "cells.added", "cells.labelled", "second-reading.started", "cells.labelled"],
      ...["second-reading.finished", "cells.labelled", "case.signed", "case.amended", "case.changed", "case.signed"],
    ]);
    const verified = (await ask("GET trail/verify")).body;
    expect(verified).toEqual({ isWhole: true, events: events.length, head: events.at(-1).hash, fault: null });
    const lines = (await ask("GET trail/export")).body.trimEnd().split("\n");
    expect(JSON.parse(lines.at(-1))).toEqual(events.at(-1));
  });
});
