import { calledInFive, cellType, isBeyondFive, KNOWN_TYPES } from "leukogram/cells/cellTypes";
import { CELL_TYPES } from "leukogram/cells/classes";
import { describe, expect, test } from "vitest";

describe("cellType", () => {
  test("counts bands and segmented forms as neutrophils, and each of the five as itself", () => {
    for (const name of CELL_TYPES) expect(cellType(name)).toMatchObject({ five: name, isLeukocyte: true });
    for (const name of ["BandNeutrophil", "SegmentedNeutrophil"]) expect(cellType(name)!.five).toBe("Neutrophil");
  });

  test("spreads immature granulocytes, erythroblasts and platelets over none of the five", () => {
    const none = KNOWN_TYPES.filter((name) => cellType(name)!.five === undefined);
    expect(none).toEqual(["Erythroblast", "Metamyelocyte", "Myelocyte", "Platelet", "Promyelocyte"]);
    expect(none.filter((name) => cellType(name)!.isLeukocyte)).toEqual(
      none.filter((name) => cellType(name)!.isImmatureGranulocyte),
    );
  });

  test("knows nothing of other classes", () => {
    expect(cellType("Blast")).toBeUndefined();
    expect(cellType("toString")).toBeUndefined();
    expect(["Blast", "Neutrophil", "BandNeutrophil"].map(isBeyondFive)).toEqual([false, false, true]);
    expect(["Blast", "Neutrophil", "BandNeutrophil"].map(calledInFive)).toEqual(["Blast", "Neutrophil", "Neutrophil"]);
  });

  test("has codes with LOINC's check digit, each once", () => {
    const codes = KNOWN_TYPES.flatMap((name) => [cellType(name)!.percent, cellType(name)!.absolute]).filter(
      (code) => code !== undefined,
    );
    expect(new Set(codes.map(([code]) => code)).size).toBe(20);
    for (const [code] of codes) {
      // Mod 10 by Luhn, as the LOINC Users' Guide says.
      const [digits, check] = code.split("-") as [string, string];
      const sum = [...digits].reverse().reduce((total, digit, i) => {
        const value = i % 2 === 0 ? 2 * Number(digit) : Number(digit);
        return total + Math.floor(value / 10) + (value % 10);
      }, 0);
      expect([code, (10 - (sum % 10)) % 10]).toEqual([code, Number(check)]);
    }
  });
});
