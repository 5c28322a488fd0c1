/** Between which two of the old rows, or columns, each new one lies. */
export interface Interpolation {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  /** Weight of the upper neighbour. */
  readonly share: Float32Array;
}

/**
 * Where `to` new rows or columns lie between `from` old ones: compute_interpolation_weights of TensorFlow's resize_bilinear_op.cc, with
 * HalfPixelScaler, in single precision.
 */
export function interpolation(from: number, to: number): Interpolation {
  const weights = { lower: new Int32Array(to), upper: new Int32Array(to), share: new Float32Array(to) };
  const scale = Math.fround(from / to);
  for (let i = 0; i < to; i++) {
    const at = Math.fround(Math.fround((i + 0.5) * scale) - 0.5);
    const floor = Math.floor(at);
    weights.lower[i] = Math.max(floor, 0);
    weights.upper[i] = Math.min(Math.ceil(at), from - 1);
    weights.share[i] = at - floor;
  }
  return weights;
}
