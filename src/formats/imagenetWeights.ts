// Keras's weights of MobileNetV2 trained on ImageNet: which file, where it lies, and how it gets there.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { LeukogramError } from "../core/errors.ts";
import { mobilenetV2 } from "../models/mobilenetV2.ts";
import { Model } from "../nn/model.ts";
import { type DownloadOptions, download } from "./download.ts";
import { loadWeights } from "./loadWeights.ts";
import { checkPin, pin } from "./pinnedFile.ts";
import { readKerasH5 } from "./readKeras.ts";

/** Which MobileNetV2. */
export interface MobilenetV2Size {
  /** Factor on the number of channels: 0.35, 0.5, 0.75, 1, 1.3 or 1.4. */
  readonly alpha: number;
  /** Height and width in pixels. */
  readonly imageSize: number;
}

/** Options of {@link findImagenetWeights}. */
export interface FindWeightsOptions extends MobilenetV2Size, DownloadOptions {
  /** A file that the user gave; nothing else is then looked at. */
  readonly weights?: string | undefined;
  /** Root of the cache: weights lie in its folder `weights`. Default: $LEUKOGRAM_CACHE, or ~/.cache/leukogram. */
  readonly cacheDir?: string | undefined;
  /** Whether the file may be downloaded where the cache does not have it; default false. */
  readonly fetch?: boolean;
  /** Address of the folder to download from; default {@link MOBILENET_V2_WEIGHTS_URL}. */
  readonly baseUrl?: string | undefined;
}

/** A weights file on this machine, and how it came. */
export interface FoundWeights {
  readonly path: string;
  readonly source: "given" | "cache" | "fetched";
}

/** Where Keras publishes the weights (keras/src/applications/mobilenet_v2.py, BASE_WEIGHT_PATH). */
export const MOBILENET_V2_WEIGHTS_URL = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/";

const ALPHAS = [0.35, 0.5, 0.75, 1, 1.3, 1.4];
const SIZES = [96, 128, 160, 192, 224];

/**
 * Name of the file that Keras publishes for this size; image sizes without one of their own take that of 224.
 *
 * @throws ERR_CONFIG where Keras has no weights for this alpha.
 */
export function mobilenetV2WeightsFile({ alpha, imageSize }: MobilenetV2Size): string {
  if (!ALPHAS.includes(alpha))
    throw new LeukogramError("ERR_CONFIG", `mobilenetv2: there are no ImageNet weights for alpha ${alpha}`, {
      hint: `Choose one of ${ALPHAS.join(", ")}, or train without ImageNet weights.`,
    });
  const rows = SIZES.includes(imageSize) ? imageSize : 224;
  // As Python prints floats: 1.0, 0.5.
  const printed = Number.isInteger(alpha) ? alpha.toFixed(1) : String(alpha);
  return `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${printed}_${rows}_no_top.h5`;
}

/** Address of that file. @throws ERR_CONFIG where Keras has no weights for this alpha. */
export function mobilenetV2WeightsUrl(size: MobilenetV2Size, baseUrl = MOBILENET_V2_WEIGHTS_URL): string {
  return `${baseUrl.replace(/\/*$/, "/")}${mobilenetV2WeightsFile(size)}`;
}

/**
 * Finds Keras's ImageNet weights of MobileNetV2: the file given, else the one in the cache, else, where `fetch` is
 * true, from Keras. A file of the cache is read through, its SHA-256 kept beside it and compared from then on.
 *
 * @returns undefined where it is not there and may not be downloaded.
 * @throws ERR_WEIGHTS where the file given is missing, the cached one is not these weights or was changed, or the
 * download failed; ERR_CONFIG where Keras has no weights for this alpha; ERR_OUTPUT where the cache can't be written;
 * ERR_ABORTED.
 */
export async function findImagenetWeights(options: FindWeightsOptions): Promise<FoundWeights | undefined> {
  const { weights, cacheDir = process.env.LEUKOGRAM_CACHE || join(homedir(), ".cache", "leukogram") } = options;
  if (weights !== undefined) return given(weights);
  const folder = join(cacheDir, "weights");
  const path = join(folder, mobilenetV2WeightsFile(options));
  if (existsSync(path)) {
    if (!(await checkPin(path))) {
      await checkContent(path, options).catch((cause: Error) => {
        const what = `${path}: is not these weights (${plain(cause)})`;
        throw new LeukogramError("ERR_WEIGHTS", what, { hint: "Delete it to fetch it anew.", cause });
      });
      await pin(path);
    }
    return { path, source: "cache" };
  }
  if (options.fetch !== true) return undefined;
  await fetchWeights(folder, path, options);
  return { path, source: "fetched" };
}

async function given(path: string): Promise<FoundWeights> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "there is no such file" : `can't be read (${cause.code})`;
    throw new LeukogramError("ERR_WEIGHTS", `${path}: ${why}`, { hint: "Check the path given by --weights.", cause });
  });
  if (!info.isFile())
    throw new LeukogramError("ERR_WEIGHTS", `${path}: is not a file`, { hint: "Give a Keras .h5 file by --weights." });
  return { path, source: "given" };
}

async function fetchWeights(folder: string, path: string, options: FindWeightsOptions): Promise<void> {
  const url = mobilenetV2WeightsUrl(options, options.baseUrl);
  let work: string | undefined;
  try {
    await mkdir(folder, { recursive: true });
    // A folder of its own, in the same file system: others may download at the same time, and renaming is one step.
    work = await mkdtemp(join(folder, ".download-"));
    const partial = join(work, "weights.h5");
    await download(url, partial, options);
    await checkContent(partial, options).catch((cause: Error) => {
      const said = plain(cause).replaceAll(`${partial} `, "").replaceAll(`${partial}: `, "");
      throw new Error(`what came is not these weights: it ${said}`, { cause });
    });
    await checkPin(path, partial);
    await rename(partial, path);
    await pin(path);
  } catch (cause) {
    throw failure(cause as NodeJS.ErrnoException, { url, path });
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}

// Reads every weight, and compares names and shapes with the model's.
async function checkContent(path: string, { alpha, imageSize }: MobilenetV2Size): Promise<void> {
  const { model, features } = mobilenetV2({ alpha, imageSize, head: "linear" });
  loadWeights(new Model({ input: model.input, output: features }), await readKerasH5(path), { source: path });
}

function failure(cause: NodeJS.ErrnoException, { url, path }: { url: string; path: string }): LeukogramError {
  if (cause instanceof LeukogramError) return cause;
  if (cause.syscall !== undefined && cause.code !== undefined)
    return new LeukogramError("ERR_OUTPUT", `${path}: can't be written (${cause.code})`, {
      hint: "Free some space or name another cache folder by $LEUKOGRAM_CACHE.",
      cause,
    });
  return new LeukogramError("ERR_WEIGHTS", `${url} could not be downloaded: ${cause.message}`, {
    hint: `Try again later, or get the file elsewhere and give it by --weights FILE.`,
    cause,
  });
}

// The message alone, to be told within another.
function plain(error: Error): string {
  const { message, hint } = error as LeukogramError;
  const bare = hint === undefined ? message : message.slice(0, -hint.length);
  return bare.replace(/^ERR_\w+ /, "").replace(/\.?\s*$/, "");
}
