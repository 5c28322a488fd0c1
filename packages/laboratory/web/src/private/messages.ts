// What the page and its worker say to each other in private mode. What the page no longer waits for has an older turn.
import type { Scale } from "leukogram/browser";
import type { Cell } from "../api/types.ts";

/** How large the images show a cell. */
export interface PrivateScale {
  /** Width of a red cell, pixels; null if each cell's own nucleus tells it. */
  readonly redCell: number | null;
  readonly source: "told" | "file" | "red cells" | "nuclei" | null;
  /** What is known of it; null if each cell's own nucleus tells it. */
  readonly scale: Scale | null;
  /** What is to be said of it, a sentence each. */
  readonly notes: readonly string[];
}

/** To the worker. */
export type Asked =
  | { readonly kind: "load"; readonly turn: number; readonly bytes: Uint8Array }
  /** The scale as it is told, or what the nuclei of these images say. */
  | {
      readonly kind: "scale";
      readonly turn: number;
      readonly told: string | undefined;
      readonly files: readonly Blob[];
    }
  | {
      readonly kind: "classify";
      readonly turn: number;
      readonly id: string;
      readonly file: Blob;
      readonly redCell: number | null;
    };

/** From the worker. */
export type Answered =
  | {
      readonly kind: "loaded";
      readonly turn: number;
      readonly classes: readonly string[];
      readonly crops: boolean;
      /** The least probability of its class at which a cell is not rejected. */
      readonly threshold: number;
    }
  | { readonly kind: "failed"; readonly turn: number; readonly message: string }
  | { readonly kind: "scaled"; readonly turn: number; readonly scale: PrivateScale }
  | { readonly kind: "noScale"; readonly turn: number; readonly message: string }
  | { readonly kind: "bad"; readonly turn: number; readonly id: string; readonly message: string }
  | {
      readonly kind: "classified";
      readonly turn: number;
      readonly id: string;
      readonly probabilities: readonly number[];
      readonly familiarity: number | null;
      readonly crop: Cell["crop"];
      /** The image as the page shows it, if the browser does not show its file. */
      readonly shown?: Blob;
    };
