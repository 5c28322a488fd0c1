// Types of entries by their numbers in ONNX: TensorProto.DataType.

/** Those of real numbers: float, half, double, bfloat16. */
export const REAL_TYPES: ReadonlySet<number> = new Set([1, 10, 11, 16]);

/** Truth values. */
export const BOOL = 9;

/** The least and greatest entry of each type of whole numbers. */
export const WHOLE_RANGES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [2, [0, 255]],
  [3, [-128, 127]],
  [4, [0, 65535]],
  [5, [-32768, 32767]],
  [6, [-(2 ** 31), 2 ** 31 - 1]],
  [7, [-(2 ** 63), 2 ** 63]],
  [BOOL, [0, 1]],
  [12, [0, 2 ** 32 - 1]],
  [13, [0, 2 ** 64]],
]);

/** Whether a type is one of whole numbers, or of truth values. */
export const isWholeType = (type: number) => WHOLE_RANGES.has(type);
