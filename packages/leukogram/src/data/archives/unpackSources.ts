import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { parseSource } from "../laboratories.ts";
import { isZip, unpackZip } from "./unpackedFolder.ts";

/**
 * Unpacks the zips among sources of data, DIR or NAME=DIR, so that all readers find their folders.
 *
 * @throws ERR_DATA as `unpackZip`; ERR_ABORTED.
 */
export async function unpackSources(
  sources: readonly (string | undefined)[],
  signal?: StopSignal | undefined,
): Promise<void> {
  const zips = sources.filter((source) => source !== undefined && /\.zip$/i.test(source));
  for (const path of new Set(zips.map((source) => parseSource(source!).path)))
    if (isZip(path)) await unpackZip(path, signal);
}
