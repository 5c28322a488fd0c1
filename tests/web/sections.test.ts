import { groupOf, tallyOf } from "leukogram/review/count";
import { describe, expect, test } from "vitest";
import { cellAt, placesOf, rowsOf, sectionsOf } from "../../packages/laboratory/web/src/gallery/sections.ts";
import { cellOf } from "./support/cells.ts";

const all = { order: "number", filter: "all" } as const;

describe("sections of the gallery", () => {
  test("cells stand under the label that counts, unread ones first and unreadable ones last", () => {
    const cells = [
      cellOf(1, { status: "bad" }),
      cellOf(2, { counted: "Neutrophil" }),
      cellOf(3, { counted: "Basophil" }),
      cellOf(4, { status: "waiting", counted: null }),
      cellOf(5, { counted: "Neutrophil" }),
    ];
    const found = sectionsOf(cells, all).map(({ key, cells: inside }) => [key, inside.map(({ number }) => number)]);
    expect(found).toEqual([
      ["unread", [4]],
      ["Basophil", [3]],
      ["Neutrophil", [2, 5]],
      ["bad", [1]],
    ]);
  });

  test("types and labels of one's own stand behind what they count as, and unidentified cells first if wanted", () => {
    const cells = [
      cellOf(1, { predicted: "SegmentedNeutrophil", counted: "Neutrophil" }),
      cellOf(2, { isRejected: true, counted: "Unidentified" }),
      cellOf(3, { label: "Neutrophil", counted: "Neutrophil" }),
      cellOf(4, { predicted: "Erythroblast", counted: "Erythroblast" }),
    ];
    const keysOf = (isUnidentifiedFirst: boolean) =>
      sectionsOf(cells, { ...all, isUnidentifiedFirst }).map(({ key }) => key);
    expect(keysOf(false)).toEqual(["Neutrophil", "SegmentedNeutrophil", "Erythroblast", "Unidentified"]);
    expect(keysOf(true)).toEqual(["Unidentified", "Neutrophil", "SegmentedNeutrophil", "Erythroblast"]);
  });

  test("not sure first: rejected cells, then the least probable, then by number", () => {
    const cells = [
      cellOf(1, { certainty: 0.9 }),
      cellOf(2, { certainty: 0.6 }),
      cellOf(3, { certainty: 0.8, isRejected: true }),
      cellOf(4, { certainty: 0.6 }),
    ].map((cell) => ({ ...cell, label: "Basophil", counted: "Basophil" as const }));
    const [section] = sectionsOf(cells, { order: "unsure", filter: "all" });
    expect(section!.cells.map(({ number }) => number)).toEqual([3, 2, 4, 1]);
  });

  test("filters keep what they name", () => {
    const cells = [
      cellOf(1, { certainty: 0.55 }),
      cellOf(2, { isRejected: true, label: "Basophil" }),
      cellOf(3, { isUnfamiliar: true, label: "Basophil" }),
    ];
    cells.push(
      cellOf(4, { crop: { outside: 0.1, nucleus: true }, label: "Basophil" }),
      cellOf(5, { crop: { outside: 0.11, nucleus: true }, label: "Basophil" }),
      cellOf(6, { crop: { outside: 0, nucleus: false }, label: "Basophil" }),
    );
    const shown = (filter: "unsure" | "unfamiliar" | "crop" | "unreviewed") =>
      sectionsOf(cells, { order: "number", filter }).flatMap((section) => section.cells.map(({ number }) => number));
    expect(["unsure", "unfamiliar", "crop", "unreviewed"].map((name) => shown(name as "crop"))).toEqual([
      [2],
      [3],
      [5, 6],
      [1],
    ]);
    expect(tallyOf(cells.map(groupOf)).crops).toEqual({ crops: 3, leaving: 1, withoutNucleus: 1 });
  });
});

describe("arrow keys", () => {
  // B 1 2 / 3 4 / N 5 6
  const cells = [1, 2, 3, 4, 5, 6].map((n) => cellOf(n, { counted: n < 5 ? "Basophil" : "Neutrophil" }));
  const rows = rowsOf(sectionsOf(cells, all), 3);
  const places = placesOf(rows);
  const to = (from: number, way: Parameters<typeof cellAt>[2]["way"], page = 2) =>
    Number(cellAt(rows, places, { from: `cell-${from}`, way, page })!.slice(5));

  test("titles stand in the row of their first cell, and sections follow each other in a row", () => {
    const shown = (columns: number) =>
      rowsOf(sectionsOf(cells, all), columns).map((row) =>
        row.map((item) => (item.kind === "title" ? item.section.key[0] : item.cell.number)).join(" "),
      );
    expect(shown(3)).toEqual(["B 1 2", "3 4", "N 5 6"]);
    expect(shown(4)).toEqual(["B 1 2 3", "4 N 5 6"]);
    expect(shown(1)).toEqual(["B", "1", "2", "3", "4", "N", "5", "6"]);
  });

  test("go through rows and over titles, and stop at the edges", () => {
    expect([to(1, "left"), to(2, "right"), to(4, "right"), to(6, "right")]).toEqual([1, 3, 5, 6]);
    expect([to(1, "down"), to(2, "down"), to(3, "down"), to(4, "down"), to(6, "down")]).toEqual([4, 4, 5, 5, 6]);
    expect([to(6, "up"), to(5, "up"), to(3, "up"), to(2, "up")]).toEqual([4, 4, 1, 2]);
  });

  test("jump to the ends of a row, of all, and by pages", () => {
    expect([to(2, "rowStart"), to(1, "rowEnd"), to(2, "first"), to(2, "last")]).toEqual([1, 2, 1, 6]);
    expect([to(2, "pageDown"), to(6, "pageUp"), to(1, "pageDown", 9)]).toEqual([6, 2, 5]);
  });
});
