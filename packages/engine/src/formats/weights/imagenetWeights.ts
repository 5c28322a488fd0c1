// Weights trained on ImageNet: where they lie on this machine, and how they get there.
import { existsSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { LeukogramError } from "../../core/errors.ts";
import { modelEntry } from "../../models/registry.ts";
import { type DownloadOptions, download } from "../download.ts";
import { checkPin, fileHash, pin } from "../pinnedFile.ts";
import { replaceFile } from "../writeFile.ts";
import { loadBackboneWeights } from "./backboneWeights.ts";
import { type BackboneSize, type PublishedFile, publishedWeights } from "./publishedWeights.ts";

/** Options of {@link findImagenetWeights}. */
export interface FindWeightsOptions extends BackboneSize, DownloadOptions {
  /** A file that the user gave; nothing else is then looked at. */
  readonly weights?: string | undefined;
  /** Root of the cache: weights lie in its folder `weights`. Default: $LEUKOGRAM_CACHE, or ~/.cache/leukogram. */
  readonly cacheDir?: string | undefined;
  /** Whether the file may be downloaded where the cache does not have it; default false. */
  readonly fetch?: boolean;
  /** Address of the folder to download from; default: Keras's own. */
  readonly baseUrl?: string | undefined;
}

/** A weights file on this machine, and how it came. */
export interface FoundWeights {
  readonly path: string;
  readonly source: "given" | "cache" | "fetched";
}

/**
 * Finds Keras's ImageNet weights of an architecture: the file given, else the one in the cache, else, where `fetch` is
 * true, from Keras. A file of the cache is read through, its SHA-256 kept beside it and compared from then on.
 *
 * @returns undefined if it is not there and may not be downloaded.
 * @throws ERR_WEIGHTS if the file given is missing, the cached one is not these weights or was changed, or the
 * download failed; ERR_CONFIG if Keras has no weights for this alpha, or `fetch` is true and it has none for this
 * architecture; ERR_OUTPUT if the cache can't be written;
 * ERR_ABORTED.
 */
export async function findImagenetWeights(options: FindWeightsOptions): Promise<FoundWeights | undefined> {
  const { weights, cacheDir = process.env.LEUKOGRAM_CACHE || join(homedir(), ".cache", "leukogram") } = options;
  if (weights !== undefined) return given(weights);
  const folder = join(cacheDir, "weights");
  const published = publishedWeights(options);
  if (published === undefined) return withoutFile(options);
  const path = join(folder, published.file);
  if (existsSync(path)) {
    if (!(await checkPin(path))) {
      await checkContent(path, options).catch((cause: Error) => {
        const what = `${path}: contains other weights (${plain(cause)})`;
        throw new LeukogramError("ERR_WEIGHTS", what, { hint: "Delete the file to download it again.", cause });
      });
      await pin(path);
    }
    return { path, source: "cache" };
  }
  if (options.fetch !== true) return undefined;
  await fetchWeights(published, path, options);
  return { path, source: "fetched" };
}

// Keras has no vision transformer.
function withoutFile({ model, fetch }: FindWeightsOptions): undefined {
  if (fetch !== true) return undefined;
  throw new LeukogramError("ERR_CONFIG", `${model}: Keras publishes no weights for this model`, {
    hint: "Give timm's model.safetensors with --weights.",
  });
}

async function given(path: string): Promise<FoundWeights> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "no such file" : `can't be read (${cause.code})`;
    throw new LeukogramError("ERR_WEIGHTS", `${path}: ${why}`, { hint: "Check the path given with --weights.", cause });
  });
  if (!info.isFile())
    throw new LeukogramError("ERR_WEIGHTS", `${path}: is not a file`, { hint: "Give a weights file with --weights." });
  return { path, source: "given" };
}

async function fetchWeights(published: PublishedFile, path: string, options: FindWeightsOptions): Promise<void> {
  const url = `${(options.baseUrl ?? published.folder).replace(/\/*$/, "/")}${published.file}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, async (partial) => {
      await download(url, partial, options);
      await checkHash(partial, published.hash);
      await checkContent(partial, options).catch((cause: Error) => {
        const said = plain(cause).replaceAll(`${partial} `, "").replaceAll(`${partial}: `, "");
        throw new Error(`the download contains other weights: it ${said}`, { cause });
      });
      await checkPin(path, partial);
    });
    await pin(path);
  } catch (cause) {
    throw failure(cause as NodeJS.ErrnoException, { url, path });
  }
}

// Against what Keras states.
async function checkHash(path: string, hash: string | undefined): Promise<void> {
  if (hash === undefined) return;
  const algorithm = hash.length === 64 ? "sha256" : "md5";
  const received = await fileHash(path, algorithm);
  if (received === hash) return;
  throw new Error(`the download is not Keras's file: its ${algorithm.toUpperCase()} is ${received}, expected ${hash}`);
}

// Reads every weight, and compares names and shapes with the model's.
async function checkContent(path: string, { model = "mobilenetv2", alpha, imageSize }: BackboneSize): Promise<void> {
  const settings = { alpha, imageSize, classes: 2, momentum: 0.99, frozen: true } as const;
  const built = modelEntry(model).build({ ...settings, head: "linear", preprocessing: "right" });
  await loadBackboneWeights(built, path);
}

function failure(cause: NodeJS.ErrnoException, { url, path }: { url: string; path: string }): LeukogramError {
  if (cause instanceof LeukogramError) return cause;
  if (cause.syscall !== undefined && cause.code !== undefined)
    return new LeukogramError("ERR_OUTPUT", `${path}: can't be written (${cause.code})`, {
      hint: "Free some disk space or set LEUKOGRAM_CACHE to another folder.",
      cause,
    });
  return new LeukogramError("ERR_WEIGHTS", `${url} can't be downloaded: ${cause.message}`, {
    hint: `Try again later, or download the file elsewhere and use --weights FILE.`,
    cause,
  });
}

// The message alone, to be told within another.
function plain(error: Error): string {
  const { message, hint } = error as LeukogramError;
  const bare = hint === undefined ? message : message.slice(0, -hint.length);
  return bare.replace(/^ERR_\w+ /, "").replace(/\.?\s*$/, "");
}
