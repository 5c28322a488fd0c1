// Pictures to send.

import { Rng } from "@leukogram/engine/core/rng";
import sharp from "sharp";

/** A file to send. */
export interface TestFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A picture that is like no other seed's. */
export async function picture(seed: number, side = 64): Promise<Buffer> {
  const rng = new Rng(seed);
  const data = Uint8Array.from({ length: 48 }, () => rng.integer(256));
  return await sharp(data, { raw: { width: 4, height: 4, channels: 3 } })
    .resize(side, side, { kernel: "cubic" })
    .png()
    .toBuffer();
}

/** Pictures with names. */
export async function pictures(count: number, from = 0): Promise<TestFile[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, i) => ({ name: `cell-${from + i}.png`, bytes: await picture(from + i) })),
  );
}
