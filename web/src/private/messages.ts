// What the page and its worker say to each other in private mode.

/** To the worker. */
export type Asked =
  | { readonly kind: "load"; readonly bytes: Uint8Array }
  | { readonly kind: "classify"; readonly id: string; readonly file: Blob };

/** From the worker. */
export type Answered =
  | { readonly kind: "loaded"; readonly classes: readonly string[] }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "bad"; readonly id: string; readonly message: string }
  | {
      readonly kind: "classified";
      readonly id: string;
      readonly probabilities: readonly number[];
      readonly label: string;
      readonly familiarity: number | null;
    };
