/** What one request may bring. */
export interface Limits {
  /** Bytes of one image. */
  readonly imageBytes: number;
  /** Bytes of one archive as it is sent, and of all that comes out of it. */
  readonly archiveBytes: number;
  readonly unpackedBytes: number;
  /** Images of one request. */
  readonly images: number;
  /** Pixels of one image. */
  readonly pixels: number;
  /** Tries at a password in a minute, from one address. */
  readonly signIns: number;
}

/** Limits that hold if none are given. */
export const LIMITS: Limits = {
  imageBytes: 50e6,
  archiveBytes: 2e9,
  unpackedBytes: 4e9,
  images: 20_000,
  pixels: 64e6,
  signIns: 10,
};
