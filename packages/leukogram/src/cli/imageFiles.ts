import { existsSync, statSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { unpackedFolder } from "../data/archives/unpackedFolder.ts";
import { addPictures } from "../data/pictureSets.ts";
import { remarkLeftOut } from "../data/remarks.ts";
import { IMAGE_EXTENSIONS_TEXT, walkFolder } from "../data/walk.ts";

/**
 * Image files as given, and all of folders and zips: pictures of one camera.
 *
 * @throws ERR_DATA where there is none.
 */
export function imagesOf(paths: readonly string[]): string[] {
  const found = paths.flatMap(imagesIn);
  addPictures(paths.join(", "), found);
  return found;
}

function imagesIn(path: string): readonly string[] {
  if (!existsSync(path))
    throw new LeukogramError("ERR_DATA", `${path}: there is no such image or folder`, {
      hint: "Check the path's spelling.",
    });
  const folder = unpackedFolder(path);
  if (!statSync(folder).isDirectory()) return [path];
  const { images, others } = walkFolder(folder);
  remarkLeftOut(path, others);
  if (images.length === 0)
    throw new LeukogramError("ERR_DATA", `${path}: holds no image`, {
      hint: `Give image files (${IMAGE_EXTENSIONS_TEXT}), or a folder or zip with some in it.`,
    });
  return images;
}
