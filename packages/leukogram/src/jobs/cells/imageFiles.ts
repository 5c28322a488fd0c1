import { existsSync, statSync } from "node:fs";
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { unpackedFolder } from "../../data/archives/unpackedFolder.ts";
import { IMAGE_EXTENSIONS_TEXT, walkFolder } from "../../data/folders/walk.ts";
import { listedImages } from "../../data/manifest/listedImages.ts";
import { isManifestName } from "../../data/manifest/manifestTable.ts";
import { addPictures } from "../../data/pictures/pictureSets.ts";
import { remarkLeftOut } from "../../data/remarks.ts";
import type { ScaledSample } from "../../data/scale/usedScales.ts";

/**
 * Image files as given, and all of folders, zips and manifest CSVs: pictures of one camera.
 *
 * @throws ERR_DATA if there is none.
 */
export function imagesOf(paths: readonly string[]): string[] {
  return picturesOf(paths).map(({ path }) => path);
}

/**
 * The same with what manifests say of each picture's laboratory and scale; no label is read.
 *
 * @throws as {@link imagesOf}, and if a manifest's row is wrong.
 */
export function picturesOf(paths: readonly string[]): ScaledSample[] {
  const found = paths.flatMap(picturesIn);
  addPictures(
    paths.length === 1 ? paths[0]! : `${paths[0]} and ${counted(paths.length - 1, "other path")}`,
    found.map(({ path }) => path),
  );
  return found;
}

function picturesIn(path: string): readonly ScaledSample[] {
  if (!existsSync(path))
    throw new LeukogramError("ERR_DATA", `${path}: no such image or folder`, {
      hint: "Check the path's spelling.",
    });
  const folder = unpackedFolder(path);
  if (!statSync(folder).isDirectory()) return isManifestName(path) ? listedImages(path) : [{ path }];
  const { images, others } = walkFolder(folder);
  remarkLeftOut(path, others);
  if (images.length === 0)
    throw new LeukogramError("ERR_DATA", `${path}: contains no images`, {
      hint: `Give image files (${IMAGE_EXTENSIONS_TEXT}), a folder or zip file of images, or a manifest CSV.`,
    });
  return images.map((image) => ({ path: image }));
}
