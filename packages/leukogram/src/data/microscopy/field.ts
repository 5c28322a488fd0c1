/** A decoded field of view: uint8 [height, width, 3]. */
export interface Field {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** Where a point of the picture lies in the field, in shares of the sides: row and column, both affine. */
export interface Placement {
  /** [byRow, byColumn, offset] of the field's row. */
  readonly row: readonly [number, number, number];
  /** [byRow, byColumn, offset] of the field's column. */
  readonly column: readonly [number, number, number];
}
