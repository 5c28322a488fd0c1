/** A decoded picture. */
export interface RgbImage {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** [H, W, 3], RGB, 0 to 255. */
  readonly data: Uint8Array;
}
