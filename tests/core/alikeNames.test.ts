import { alikeIn, alikePair } from "@leukogram/engine/core/alikeNames";
import { describe, expect, test } from "vitest";

describe("names that are only written otherwise", () => {
  test("mean the one that is spelled alike, and themselves first", () => {
    const known = ["BandNeutrophil", "Neutrophil", "Zelle ä"];
    expect(
      ["neutrophil", "BAND NEUTROPHIL", "band_neutrophil", "Band-Neutrophil", "zelle a\u0308"].map((n) =>
        alikeIn(n, known),
      ),
    ).toEqual(["Neutrophil", "BandNeutrophil", "BandNeutrophil", "BandNeutrophil", "Zelle ä"]);
    expect(alikeIn("Neutrophils", known)).toBeUndefined();
    expect(alikeIn("a", ["A", "a"])).toBe("a");
    expect(alikeIn("a ", ["A", "a"])).toBeUndefined();
  });

  test("are found in a list", () => {
    expect(alikePair(["Basophil", "neutrophil", "Neutrophil"])).toEqual(["neutrophil", "Neutrophil"]);
    expect(alikePair(["A", "B"])).toBeUndefined();
  });
});
