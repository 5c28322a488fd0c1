import { createRequire } from "node:module";
import type * as Sharp from "sharp";

let loaded: typeof Sharp.default | undefined;

/** sharp, loaded at the first call: that takes a sixth of a second, and many who import this package read no image. */
export function sharp(input: Sharp.SharpInput | Sharp.SharpOptions, options?: Sharp.SharpOptions): Sharp.Sharp {
  loaded ??= createRequire(import.meta.url)("sharp") as typeof Sharp.default;
  return loaded(input as Sharp.SharpInput, options);
}
