// Keras's files by their paths; what is in them is read in kerasFile.ts and kerasH5.ts, in browsers too.
import { readFile } from "node:fs/promises";
import { LeukogramError } from "../../core/errors.ts";
import { type KerasModelFile, kerasLayersOf, kerasModelOf } from "./kerasFile.ts";
import { h5Layers } from "./kerasH5.ts";
import type { StoredLayers } from "./storedLayers.ts";

/** The bytes of a file. @throws ERR_FORMAT if it can't be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const why = { ENOENT: "no such file", EISDIR: "is a folder" }[cause.code ?? ""];
    throw new LeukogramError("ERR_FORMAT", `${path}: ${why ?? `can't be read (${cause.code})`}`, { cause });
  });
}

/** Reads a whole model that Keras wrote. @throws ERR_FORMAT if the file is missing, and as {@link kerasModelOf}. */
export async function readKerasModel(path: string): Promise<KerasModelFile> {
  return kerasModelOf(await readBytes(path), path);
}

/** Reads the weights of a file that Keras wrote. @throws ERR_FORMAT if it is missing, and as {@link kerasLayersOf}. */
export async function readKerasFile(path: string): Promise<StoredLayers> {
  return kerasLayersOf(await readBytes(path), path);
}

/** Reads the weights of a Keras .h5 file. @throws ERR_FORMAT if it is missing, and as {@link h5Layers}. */
export async function readKerasH5(path: string): Promise<StoredLayers> {
  return h5Layers(await readBytes(path), path);
}
