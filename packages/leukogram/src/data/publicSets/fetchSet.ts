import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { DownloadError, type DownloadOptions, download } from "@leukogram/engine/formats/download";
import { checkPin, pin } from "@leukogram/engine/formats/pinnedFile";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { withNpz } from "../archives/npz.ts";
import { kindOf, unpack } from "../archives/unpack.ts";
import { writeCroissant } from "../croissant.ts";
import { walkImages } from "../folders/walk.ts";
import { replaceFolder } from "../outputFolder.ts";
import { sharp } from "../pictures/sharp.ts";
import { fileName, type PublicFile, type PublicSet } from "./publicSets.ts";

/** Options of {@link fetchSet}. */
export interface FetchSetOptions extends Pick<DownloadOptions, "idleTimeout" | "retryDelay" | "attempts"> {
  /** Where downloads are kept, and resumed. */
  readonly downloads: string;
  /** Address of a folder that holds the same files, in place of the publisher's. */
  readonly mirror?: string | undefined;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** What was fetched. */
export interface FetchedSet {
  /** Rows of manifest.csv. */
  readonly labelled: number;
  /** All image files in the folder. */
  readonly images: number;
  /** Images by class of manifest.csv. */
  readonly classes: Readonly<Record<string, number>>;
  /** SHA-256 of downloads whose publisher gives no checksum: recorded now, or the same as when first used. */
  readonly unverified: readonly string[];
}

interface Row {
  readonly file: string;
  readonly label: string;
  readonly split: string;
  readonly laboratory: string;
}

/**
 * Downloads a public set, checks it, unpacks it into `dir` and writes manifest.csv with the five classes beside it. The
 * folder is there whole or not at all; downloads that break off are resumed the next time.
 *
 * @throws ERR_USAGE if the publisher wants something done by hand, with what that is; ERR_DATA if it can't be
 * downloaded, or the bytes are not those that were expected; ERR_OUTPUT; ERR_ABORTED.
 */
export async function fetchSet(set: PublicSet, dir: string, options: FetchSetOptions): Promise<FetchedSet> {
  if (set.files.length === 0)
    throw new LeukogramError("ERR_USAGE", `${set.name} can't be downloaded automatically`, {
      hint: `${set.ask ?? ""}${set.homepage ? ` Homepage: ${set.homepage}` : ""}`,
    });
  const archives: { file: PublicFile; path: string }[] = [];
  for (const file of set.files) archives.push({ file, path: await fetchFile(set, file, options) });
  let found: FetchedSet | undefined;
  await replaceFolder(dir, "leukogram fetch", async (into) => {
    const rows: Row[] = [];
    for (const archive of archives) rows.push(...(await place(set, archive, into, options)));
    await writeFile(join(into, "manifest.csv"), stringify(rows, { header: true, columns: COLUMNS }));
    await writeFile(join(into, "SOURCE.txt"), sourceText(set));
    const { name, title, bias, licence, homepage, citation } = set;
    const facts = {
      name,
      description: `${title}. ${bias}`,
      license: licence,
      url: homepage || undefined,
      citeAs: citation,
    };
    if (rows.length > 0) await writeCroissant(into, facts);
    const classes: Record<string, number> = {};
    for (const { label } of rows) classes[label] = (classes[label] ?? 0) + 1;
    found = {
      labelled: rows.length,
      images: walkImages(into).length,
      classes,
      unverified: set.files.filter(({ md5 }) => md5 === undefined).map(fileName),
    };
    if (set.layout !== "none" && rows.length === 0)
      throw new LeukogramError("ERR_DATA", `${set.name}: the download contains no images of a known class`, {
        hint: `The publisher may have changed the set: see ${set.homepage}.`,
      });
  });
  return found!;
}

const COLUMNS = ["file", "label", "split", "laboratory"];

const sourceText = ({ title, homepage, doi, licence, citation, bias }: PublicSet) =>
  [
    title,
    `Source: ${homepage}${doi ? `, doi:${doi}` : ""}`,
    `Licence: ${licence}`,
    `Cite: ${citation}`,
    `Note: ${bias}`,
    "",
  ].join("\n");

// The file in the folder of downloads, whole and checked.
async function fetchFile(set: PublicSet, file: PublicFile, options: FetchSetOptions): Promise<string> {
  const { downloads, mirror, signal, onStage, ...connection } = options;
  const name = fileName(file);
  const path = join(downloads, set.name, name);
  const url = mirror === undefined ? file.url : `${mirror.replace(/\/*$/, "/")}${encodeURIComponent(name)}`;
  if (!existsSync(path)) {
    await mkdir(dirname(path), { recursive: true });
    const part = `${path}.part`;
    try {
      await download(url, part, {
        ...connection,
        signal,
        keep: true,
        onProgress: (received, total) => onStage?.(`Downloading ${name}`, received, total ?? received),
      });
      await check(part, path, file);
    } catch (error) {
      if (error instanceof DownloadError)
        throw new LeukogramError("ERR_DATA", `${url}: can't be downloaded: ${error.message}`, {
          hint: `The partial download is kept: run the command again to resume. Or download the file manually to ${path}.`,
          cause: error,
        });
      // Bytes that are not what they should be are not resumed.
      if (!(error instanceof LeukogramError && error.code === "ERR_ABORTED")) await discard(part);
      throw error;
    }
    await rename(part, path);
    await discard(part);
  } else await check(path, path, file);
  if (file.md5 === undefined) await pin(path);
  return path;
}

async function discard(part: string): Promise<void> {
  for (const name of [part, `${part}.json`]) await rm(name, { force: true });
}

// By the publisher's checksum, or if there is none by the one of the first use.
async function check(content: string, path: string, { md5 }: PublicFile): Promise<void> {
  const name = basename(path);
  if (md5 !== undefined) {
    const hash = createHash("md5");
    await pipeline(createReadStream(content), hash);
    const actual = hash.digest("hex");
    if (actual !== md5)
      throw new LeukogramError(
        "ERR_DATA",
        `${name}: does not match the publisher's checksum (MD5 ${md5}, received ${actual})`,
        {
          hint: `Download it again; if this does not help, check the publisher's page. The file is ${path}.`,
        },
      );
  } else await checkPin(path, content, "ERR_DATA");
  if ((await kindOf(content)) === undefined)
    throw new LeukogramError("ERR_DATA", `${name}: the download is not an archive, perhaps a web page`, {
      hint: "Check the publisher's page; leukogram datasets shows its address.",
    });
}

// Unpacks one download into the folder, and tells what its images are.
async function place(
  set: PublicSet,
  { file, path }: { readonly file: PublicFile; readonly path: string },
  into: string,
  { signal, onStage }: FetchSetOptions,
): Promise<Row[]> {
  const name = fileName(file);
  if (set.layout === "npz") return npzImages(set, path, into, { signal, onStage });
  const target = join(into, basename(name, extname(name)));
  await unpack(path, target, { signal, onProgress: (files) => onStage?.(`Unpacking ${name}`, files, files) });
  const labelOf = set.layout === "table" ? await tableLabels(set, target) : folderLabel(set);
  return walkImages(target).flatMap((image) => {
    const label = set.layout === "none" ? undefined : labelOf(image);
    if (label === undefined) return [];
    const { split = "train", laboratory = set.name } = file;
    return [{ file: slashed(relative(into, image)), label, split, laboratory }];
  });
}

const slashed = (path: string) => path.split(sep).join("/");

type LabelOf = (image: string) => string | undefined;

function folderLabel({ classes }: PublicSet): LabelOf {
  return (image) => classes[basename(dirname(image)).toLowerCase()];
}

// A table of image numbers and class numbers.
async function tableLabels({ name, table, classes }: PublicSet, target: string): Promise<LabelOf> {
  const { file, folder, extension } = table!;
  const root = await findBeside(target, file);
  if (root === undefined)
    throw new LeukogramError("ERR_DATA", `${name}: the download contains no ${file}`, {
      hint: "The publisher may have changed the set.",
    });
  const rows = parse(await readFile(join(root, file), "utf8"), { bom: true, trim: true }) as string[][];
  const codes = new Map(rows.slice(1).map(([id, code]) => [Number(id), code!]));
  return (image) => {
    const isOurs = dirname(image) === join(root, folder) && extname(image).toLowerCase() === extension;
    return isOurs ? classes[codes.get(Number.parseInt(basename(image), 10)) ?? ""] : undefined;
  };
}

// The folder that holds a file: the archive's root, or the one folder in it.
async function findBeside(target: string, file: string): Promise<string | undefined> {
  const roots = [target, ...new Set(walkImages(target).map((image) => dirname(dirname(image))))];
  return roots.find((root) => existsSync(join(root, file)));
}

const PARTS = [
  ["train", "train"],
  ["val", "validation"],
  ["test", "test"],
] as const;

async function npzImages(
  { name, classes }: PublicSet,
  path: string,
  into: string,
  { signal, onStage }: Pick<FetchSetOptions, "signal" | "onStage">,
): Promise<Row[]> {
  return withNpz(path, async (arrays) => {
    const found: Row[] = [];
    for (const [part, split] of PARTS) {
      const images = arrays.get(`${part}_images`);
      const labels = arrays.get(`${part}_labels`);
      const [count, height, width, channels] = images?.shape ?? [];
      if (images === undefined || labels === undefined || channels !== 3 || labels.shape[0] !== count)
        throw new LeukogramError("ERR_DATA", `${path}: has no ${part}_images [N, H, W, 3] with ${part}_labels [N]`, {
          hint: "The publisher may have changed the set.",
        });
      const codes: number[] = [];
      for await (const [code] of labels.rows()) codes.push(code!);
      let i = 0;
      for await (const pixels of images.rows()) {
        if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "unpacking was interrupted");
        const label = classes[String(codes[i])];
        const file = `${split}/${label ?? `other-${codes[i]}`}/${String(i).padStart(5, "0")}.png`;
        await mkdir(dirname(join(into, file)), { recursive: true });
        await sharp(pixels, { raw: { width: width!, height: height!, channels: 3 } })
          .png()
          .toFile(join(into, file));
        if (label !== undefined) found.push({ file, label, split, laboratory: name });
        i++;
        onStage?.(`Writing ${split} images`, i, count!);
      }
    }
    return found;
  });
}
