// What is known of each type of cell, in one place: what it counts as, and the codes it is reported under.
import { CELL_TYPES } from "./classes.ts";

/** One of the five types of a differential count. */
export type FiveType = (typeof CELL_TYPES)[number];

/** A code of LOINC and the name that LOINC gives it. */
export type LoincCode = readonly [code: string, display: string];

/** A cell type as classes of models and folders are named. */
export interface CellType {
  readonly name: string;
  /** Several of them, in a sentence. */
  readonly plural: string;
  /** Which of the five it counts as; undefined if it is none of them. */
  readonly five: FiveType | undefined;
  /** Whether it counts among the white cells that shares are taken of. */
  readonly isLeukocyte: boolean;
  /** Promyelocyte, myelocyte or metamyelocyte: what six-part counters add up as immature granulocytes. */
  readonly isImmatureGranulocyte: boolean;
  /** Codes of its share of the white cells and of its cells a volume; undefined if none could be cited. */
  readonly percent: LoincCode | undefined;
  readonly absolute: LoincCode | undefined;
}

const PER_100 = "/100 leukocytes in Blood";
const PER_VOLUME = " [#/volume] in Blood";

interface Row extends Partial<Omit<CellType, "name" | "plural" | "percent" | "absolute">> {
  readonly plural: string;
  /** LOINC's name of the cells, the code of their share and that of their number. */
  readonly loinc?: readonly [name: string, percent: string, absolute: string];
}

/*
 * Codes: members of LOINC's panel 69738-3, "Differential panel, method unspecified - Blood", as the value set
 * DifferentialUnspecifiedBloodVS of the CIBMTR reporting guide lists them (github.com/nmdp-ig/cibmtr-reporting-ig);
 * most stand on loinc.org/24318-8 too.
 *
 * Bands are neutrophils in LOINC's names too ("Band form neutrophils"). Promyelocytes, myelocytes and metamyelocytes are
 * counted apart from the five, as immature granulocytes: Van Leeuwen and Bladh, Davis's Comprehensive Manual, "Complete
 * Blood Count, WBC Count and Differential". Nucleated red cells are told for 100 white cells and are none of these.
 */
const ROWS: Readonly<Record<string, Row>> = {
  BandNeutrophil: {
    plural: "band neutrophils",
    five: "Neutrophil",
    loinc: ["Band form neutrophils", "26508-2", "26507-4"],
  },
  Basophil: { plural: "basophils", five: "Basophil", loinc: ["Basophils", "30180-4", "26444-0"] },
  Eosinophil: { plural: "eosinophils", five: "Eosinophil", loinc: ["Eosinophils", "26450-7", "26449-9"] },
  Erythroblast: { plural: "erythroblasts", isLeukocyte: false },
  Lymphocyte: { plural: "lymphocytes", five: "Lymphocyte", loinc: ["Lymphocytes", "26478-8", "26474-7"] },
  Metamyelocyte: {
    plural: "metamyelocytes",
    isImmatureGranulocyte: true,
    loinc: ["Metamyelocytes", "28541-1", "30433-7"],
  },
  Monocyte: { plural: "monocytes", five: "Monocyte", loinc: ["Monocytes", "26485-3", "26484-6"] },
  Myelocyte: { plural: "myelocytes", isImmatureGranulocyte: true, loinc: ["Myelocytes", "26498-6", "30446-9"] },
  Neutrophil: { plural: "neutrophils", five: "Neutrophil", loinc: ["Neutrophils", "26511-6", "26499-4"] },
  Platelet: { plural: "platelets", isLeukocyte: false },
  Promyelocyte: {
    plural: "promyelocytes",
    isImmatureGranulocyte: true,
    loinc: ["Promyelocytes", "26524-9", "26523-1"],
  },
  SegmentedNeutrophil: {
    plural: "segmented neutrophils",
    five: "Neutrophil",
    loinc: ["Segmented neutrophils", "26505-8", "30451-9"],
  },
};

const TYPES: ReadonlyMap<string, CellType> = new Map(
  Object.entries(ROWS).map(([name, { loinc, plural, five, isLeukocyte = true, isImmatureGranulocyte = false }]) => [
    name,
    {
      ...{ name, plural, five, isLeukocyte, isImmatureGranulocyte },
      percent: loinc && [loinc[1], `${loinc[0]}${PER_100}`],
      absolute: loinc && [loinc[2], `${loinc[0]}${PER_VOLUME}`],
    },
  ]),
);

/** All types that are known. */
export const TYPE_NAMES: readonly string[] = Object.keys(ROWS);

/** What is known of a type; undefined for a class that is no known type. */
export function cellType(name: string): CellType | undefined {
  return TYPES.get(name);
}

/** Names of all known types, in alphabetical order. */
export const KNOWN_TYPES: readonly string[] = [...TYPES.keys()];

/** Whether the class is a known type, and not one of the five as they are named. */
export function isBeyondFive(name: string): boolean {
  return TYPES.has(name) && !(CELL_TYPES as readonly string[]).includes(name);
}

/** What a class is called where only the five have names: the one that it counts as, else as it is. */
export function calledInFive(name: string): string {
  return cellType(name)?.five ?? name;
}
