import type { Attribute, Dataset, File, Group } from "h5wasm";
import { LeukogramError } from "../../core/errors.ts";
import { fromBfloat, fromHalf } from "../../graph/onnx/half.ts";
import type { StoredWeight } from "../keras/storedLayers.ts";
import { checkHeaps } from "./hdf5Heaps.ts";
import { zeroTimes } from "./hdf5Times.ts";

let filesLent = 0;

let OpenDataset: typeof Dataset | undefined;

/**
 * The HDF5 library reads and writes files only; here they lie in its own memory, so that it runs in browsers too. Lends
 * the path of one, this call's own.
 */
async function withMemoryFile<T>(use: (path: string, library: Library) => T): Promise<T> {
  // Loaded where it is needed: that takes a third of a second, and few commands read HDF5.
  const { default: h5wasm, File, Dataset } = await import("h5wasm");
  const { FS, activate_throwing_error_handler } = await h5wasm.ready;
  // Without it the HDF5 library prints its errors to stderr.
  activate_throwing_error_handler();
  // A link within a file may lead to any path in that memory: not to the keyboard, for which it would wait.
  for (const path of ["/dev/stdin", "/dev/tty", "/dev/tty1"]) if (FS.analyzePath(path, true).exists) FS.unlink(path);
  const path = `/leukogram-${filesLent++}.h5`;
  try {
    OpenDataset = Dataset;
    return use(path, { File, files: FS });
  } finally {
    if (FS.analyzePath(path, true).exists) FS.unlink(path);
  }
}

interface Library {
  readonly File: typeof File;
  readonly files: Awaited<typeof import("h5wasm")["ready"]>["FS"];
}

/**
 * Opens HDF5 bytes for as long as `read` runs. Nothing of them stays, also after an error.
 *
 * @param path the file, for messages
 * @throws ERR_FORMAT if the bytes are no HDF5, or are damaged.
 */
export async function withHdf5<T>(
  bytes: Uint8Array,
  { path }: { readonly path: string },
  read: (file: File) => T,
): Promise<T> {
  if (bytes.length === 0) throw new LeukogramError("ERR_FORMAT", `${path}: is empty`);
  if (latin1(bytes.subarray(0, 8)) !== "\x89HDF\r\n\x1a\n")
    throw new LeukogramError("ERR_FORMAT", `${path}: is not an HDF5 file${guess(bytes)}`, {
      hint: "Give a Keras .h5 file.",
    });
  return withMemoryFile((name, { File, files }) => {
    let file: File | undefined;
    try {
      // As they are, without a copy: nothing is written to a file that is open for reading.
      files.writeFile(name, bytes, { flags: "w+", canOwn: true } as { flags: string });
      checkHeaps(bytes, path);
      file = new File(name, "r");
      room.set(file.file_id, Math.max(FREE_BYTES, MOST_TIMES * bytes.length));
      return read(file);
    } catch (cause) {
      if (cause instanceof LeukogramError) throw cause;
      throw new LeukogramError("ERR_FORMAT", `${path}: is damaged or incomplete${detail(cause)}`, {
        hint: "Copy or download it again.",
        cause,
      });
    } finally {
      if (file !== undefined) room.delete(file.file_id);
      close(file);
    }
  });
}

/** Bytes that the arrays of a file may take, whatever its size; beyond, so many times its size: Keras does not compress. */
const [FREE_BYTES, MOST_TIMES] = [2 ** 26, 20];

/** What is left of them for each open file. */
const room = new Map<bigint, number>();

// Arrays that were never written, or are compressed or listed many times, take a few bytes of the file each.
function takeRoom(file: bigint, bytes: number, where: string): void {
  const left = (room.get(file) ?? FREE_BYTES) - bytes;
  room.set(file, left);
  if (!(left >= 0))
    throw new LeukogramError("ERR_FORMAT", `${where}: its arrays are far larger than the file`, {
      hint: "Give a file written by Keras.",
    });
}

/** The bytes of an HDF5 file that `write` fills; equal contents give equal bytes. */
export async function hdf5Bytes(write: (file: File) => void): Promise<Uint8Array> {
  const bytes = await withMemoryFile((path, { File, files }) => {
    const file = new File(path, "w");
    try {
      write(file);
    } finally {
      file.close();
    }
    return files.readFile(path) as Uint8Array;
  });
  zeroTimes(bytes);
  return bytes;
}

function close(file: File | undefined): void {
  try {
    file?.close();
  } catch {
    // What could not be read may not close either.
  }
}

/** The group at a path below another; undefined if there is none. */
export function groupAt(group: Group, path: string): Group | undefined {
  const found = group.get(path);
  return isOf<Group>(found, "Group") ? found : undefined;
}

function isOf<T extends Dataset | Group>(found: ReturnType<Group["get"]>, type: "Dataset" | "Group"): found is T {
  return found !== null && "type" in found && String(found.type) === type;
}

/** A text attribute; undefined if there is none. */
export function textAttribute(group: Group | Dataset, name: string): string | undefined {
  const attribute = group.attrs[name];
  const value = attribute && attributeValue(group, attribute);
  return typeof value === "string" ? value : undefined;
}

/** An attribute that lists texts; Keras cuts long lists into chunks: layer_names0, layer_names1, ... */
export function textListAttribute(group: Group, name: string): string[] | undefined {
  const { attrs } = group;
  const attribute = attrs[name];
  if (attribute !== undefined) return texts(attributeValue(group, attribute));
  const chunks = Object.keys(attrs).filter((key) => key.startsWith(name) && /^\d+$/.test(key.slice(name.length)));
  const ordered = chunks.sort((a, b) => Number(a.slice(name.length)) - Number(b.slice(name.length)));
  return ordered.length === 0 ? undefined : ordered.flatMap((key) => texts(attributeValue(group, attrs[key]!)));
}

function attributeValue(group: Group | Dataset, attribute: Attribute): unknown {
  const { size, total_size: count } = attribute.metadata;
  takeRoom(group.file_id, Number(size) * Number(count), `attribute ${group.path}/${attribute.name}`);
  return attribute.value;
}

// An empty list is stored as one of numbers.
function texts(value: unknown): string[] {
  return typeof value === "string" ? [value] : Array.from(value as ArrayLike<unknown>, String);
}

/**
 * The array at a path below a group, as float32.
 *
 * @throws ERR_FORMAT if there is none, or it does not hold numbers.
 */
export function weightAt(group: Group, path: string, { name, source }: { name: string; source: string }): StoredWeight {
  const found = datasetAt(group, path);
  const where = `${source}: ${group.path}/${path}`;
  if (found === undefined) throw new LeukogramError("ERR_FORMAT", `${where} is listed but missing`);
  const { type, size, total_size: count, vlen } = found.metadata;
  // Keras writes bfloat16 as two bytes without a meaning, and says so beside them.
  const isBfloat = type === OPAQUE && size === 2 && textAttribute(found, "dtype") === "bfloat16";
  // Whole numbers, reals, enumerations: text of any length and the like is not fetched first.
  if (vlen || !([0, REAL, 8].includes(type) || isBfloat))
    throw new LeukogramError("ERR_FORMAT", `${where} contains no numbers (${JSON.stringify(found.dtype)})`);
  takeRoom(group.file_id, Number(size) * Number(count), where);
  const shape = found.shape ?? [];
  if (isBfloat) return { name, shape, value: Float32Array.from(bitsOf(found), fromBfloat) };
  if (type === REAL && size === 2) return { name, shape, value: Float32Array.from(bitsOf(found), fromHalf) };
  const { value } = found;
  const numbers = typeof value === "number" || typeof value === "bigint" ? [value] : value;
  if (!ArrayBuffer.isView(numbers) && !(Array.isArray(numbers) && numbers.every((n) => typeof n !== "string")))
    throw new LeukogramError("ERR_FORMAT", `${where} contains no numbers (${JSON.stringify(found.dtype)})`);
  const values = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers as ArrayLike<unknown>, Number);
  return { name, shape, value: values };
}

// Most are there and are arrays: what else it may be, the library is asked only if it is not.
function datasetAt(group: Group, path: string): Dataset | undefined {
  const whole = path.startsWith("/") ? path : `${group.path}/${path}`;
  const dataset = new OpenDataset!(group.file_id, whole.replace(/\/+/g, "/"));
  try {
    void dataset.metadata;
    return dataset;
  } catch {
    const found = group.get(path);
    return isOf<Dataset>(found, "Dataset") ? found : undefined;
  }
}

/** Classes of types in HDF5. */
const [REAL, OPAQUE] = [1, 5];

// The library has no numbers of 16 bits but whole ones: it is told that these are such.
function bitsOf(found: Dataset): ArrayLike<number> {
  Object.defineProperty(found, "metadata", { value: { ...found.metadata, type: 0, signed: false } });
  const { value } = found;
  return typeof value === "number" ? [value] : (value as Uint16Array);
}

// One character a byte.
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function guess(bytes: Uint8Array): string {
  const start = latin1(bytes.subarray(0, 512)).trimStart().toLowerCase();
  if (start.startsWith("<!doctype") || start.startsWith("<html") || start.startsWith("<?xml")) return " but a web page";
  if (start.startsWith("version https://git-lfs")) return " but a Git LFS pointer";
  if (start.startsWith("pk\x03\x04")) return " but a zip archive";
  return "";
}

// The last line of HDF5's stack of errors is the nearest to the cause.
function detail(cause: unknown): string {
  const lines = cause instanceof Error ? [...cause.message.matchAll(/minor: (.+)/g)] : [];
  return lines.length === 0 ? "" : ` (${lines.at(-1)![1]!.toLowerCase()})`;
}
