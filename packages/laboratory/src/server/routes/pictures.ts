import { createReadStream } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { replaceFile } from "@leukogram/engine/formats/writeFile";
import type { FastifyReply } from "fastify";
import { findNucleus } from "leukogram/data/microscopy/nucleus";
import { decodeImage } from "leukogram/data/pictures/image";
import { sharp } from "leukogram/data/pictures/sharp";
import type { Sharp } from "sharp";
import { z } from "zod";
import { imageOf } from "../../store/cells.ts";
import { READ } from "../access.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { cellParams } from "./params.ts";

/** Pixels of a thumbnail's longer side. */
const SIDE = 128;
/** Pixels of the copy's longer side in which a cell is looked for and cut out. */
const LOOKED_AT = 512;
/** Side of what is cut out, in diameters of the nucleus: room for the cell around it. */
const ROOM = 2.5;
/** What is asked for: the whole image, or the cell that is found in it. */
const parts = z.object({ of: z.enum(["image", "cell"]).default("image") });

/** A cell's image as it was sent, and small. */
export function addPictureRoutes(app: App, { store, limits }: Laboratory): void {
  app.get(
    `${API}/cells/:cell/image`,
    { config: { access: READ }, schema: { tags: ["cells"], params: cellParams, produces: ["image/*"] } },
    async (request, reply) => {
      const sha256 = await imageOf(store, request.params.cell);
      const path = store.images.pathOf(sha256);
      const [{ size }, head] = await Promise.all([stat(path), firstBytes(path)]);
      keepable(reply, sha256).header("content-length", size).type(typeOf(head));
      return reply.send(createReadStream(path));
    },
  );
  app.get(
    `${API}/cells/:cell/thumbnail`,
    {
      config: { access: READ },
      schema: { tags: ["cells"], params: cellParams, querystring: parts, produces: ["image/webp"] },
    },
    async (request, reply) => {
      const { of } = request.query;
      const sha256 = await imageOf(store, request.params.cell);
      const name = of === "cell" ? `${sha256}.cell.webp` : `${sha256}.webp`;
      const kept = join(store.folder, "thumbnails", sha256.slice(0, 2), name);
      const make = () => makeThumbnail(store.images.pathOf(sha256), kept, { of, maxPixels: limits.pixels });
      const bytes = await readFile(kept).catch(make);
      return keepable(reply, sha256).type("image/webp").send(bytes);
    },
  );
}

// The bytes behind a cell never change.
function keepable(reply: FastifyReply, sha256: string): FastifyReply {
  return reply
    .header("cache-control", "private, max-age=31536000, immutable")
    .header("etag", `"${sha256}"`)
    .header("content-security-policy", "default-src 'none'; sandbox");
}

interface Making {
  readonly of: "image" | "cell";
  readonly maxPixels: number;
}

async function makeThumbnail(path: string, to: string, { of, maxPixels }: Making): Promise<Buffer> {
  const finish = of === "cell" ? cellAlone : small;
  const bytes = (await smallJpeg(path, maxPixels, finish)) ?? (await smallPicture(path, maxPixels, finish));
  // Nobody waits for it. Lost, it is made again: a disk that is full does not matter.
  void mkdir(dirname(to), { recursive: true })
    .then(() => replaceFile(to, (draft) => writeFile(draft, bytes)))
    .catch(() => {});
  return bytes;
}

// A JPEG in grey or colour is decoded no larger than needed, in one step; undefined for all else, and what is damaged.
async function smallJpeg(path: string, maxPixels: number, finish: Finish): Promise<Buffer | undefined> {
  try {
    const image = sharp(path, { failOn: "error", limitInputPixels: maxPixels, ignoreIcc: true });
    const { format, space } = await image.metadata();
    return format === "jpeg" && space !== "cmyk" ? await finish(image) : undefined;
  } catch {
    return undefined;
  }
}

// As the classifier sees it: ink and 16 bits are no colours of sharp's.
async function smallPicture(path: string, maxPixels: number, finish: Finish): Promise<Buffer> {
  const { data, width, height } = await decodeImage(path, { name: "the image", maxPixels }).catch((error) => {
    if (error instanceof LeukogramError && error.code === "ERR_IMAGE")
      throw new LeukogramError("ERR_IMAGE", error.reason, { cause: error });
    throw error;
  });
  return finish(sharp(data, { raw: { width, height, channels: 3 } }));
}

type Finish = (image: Sharp) => Promise<Buffer>;

// The cell around its nucleus; all of the image if no nucleus is found.
async function cellAlone(image: Sharp): Promise<Buffer> {
  const { data, info } = await image
    .removeAlpha()
    .toColourspace("srgb")
    .resize(LOOKED_AT, LOOKED_AT, { fit: "inside", withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const found = sharp(data, { raw: { width, height, channels: 3 } });
  const nucleus = findNucleus({ data, width, height });
  if (nucleus === undefined) return small(found);
  const side = Math.min(width, height, Math.round(ROOM * nucleus.diameter));
  const start = (middle: number, length: number) => Math.max(0, Math.min(length - side, Math.round(middle - side / 2)));
  return small(
    found.extract({ left: start(nucleus.x, width), top: start(nucleus.y, height), width: side, height: side }),
  );
}

const small = (image: Sharp) =>
  image
    .removeAlpha()
    .toColourspace("srgb")
    .resize(SIDE, SIDE, { fit: "inside", withoutEnlargement: true })
    .webp({ quality: 82, effort: 2 })
    .toBuffer();

async function firstBytes(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { start: 0, end: 15 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const TYPES: readonly (readonly [string, string])[] = [
  ["ffd8ff", "image/jpeg"],
  ["89504e47", "image/png"],
  ["47494638", "image/gif"],
  ["424d", "image/bmp"],
  ["52494646", "image/webp"],
  ["49492a00", "image/tiff"],
  ["4d4d002a", "image/tiff"],
];

// By what is in it and not by its name, so that nothing but a picture is ever shown as one.
function typeOf(head: Buffer): string {
  const hex = head.toString("hex");
  return TYPES.find(([start]) => hex.startsWith(start))?.[1] ?? "application/octet-stream";
}
