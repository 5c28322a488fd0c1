import { existsSync, statSync } from "node:fs";
import { LeukogramError } from "../core/errors.ts";
import { walkImages } from "../data/walk.ts";

/** An image file, or all of a folder. @throws ERR_DATA where there is none. */
export function imagesOf(path: string): string[] {
  if (!existsSync(path))
    throw new LeukogramError("ERR_DATA", `${path}: there is no such image or folder`, {
      hint: "Check the path's spelling.",
    });
  if (!statSync(path).isDirectory()) return [path];
  const found = walkImages(path);
  if (found.length === 0)
    throw new LeukogramError("ERR_DATA", `${path}: holds no image`, {
      hint: "Give image files (.bmp, .gif, .jpeg, .jpg, .png), or a folder with some in it.",
    });
  return found;
}
