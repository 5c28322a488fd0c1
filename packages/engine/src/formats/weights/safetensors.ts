import { readFile } from "node:fs/promises";
import { LeukogramError } from "../../core/errors.ts";
import { writeFileWhole } from "../writeFile.ts";

/** Named float vectors with a few words about them. */
export interface SafeTensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Float32Array>;
  /** Shapes of `tensors`, as the file says them; what is written are vectors. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
  /** Vectors of whole numbers from -128 to 127; none by default. */
  readonly integers?: ReadonlyMap<string, Int8Array>;
}

type Header = Record<
  string,
  { dtype: string; shape: number[]; data_offsets: [number, number] } | Record<string, string>
>;

/** Writes a .safetensors file: a length, a JSON header, the numbers (github.com/huggingface/safetensors). */
export async function writeSafeTensors(path: string, { metadata, tensors, integers }: SafeTensors): Promise<void> {
  const header: Header = { __metadata__: { ...metadata } };
  let size = 0;
  const vectors = [...tensors, ...(integers ?? [])];
  for (const [name, data] of vectors) {
    const dtype = data instanceof Int8Array ? "I8" : "F32";
    header[name] = { dtype, shape: [data.length], data_offsets: [size, size + data.byteLength] };
    size += data.byteLength;
  }
  const text = JSON.stringify(header);
  // Spaces bring the numbers to a multiple of eight bytes.
  const padded = Buffer.from(
    text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8 - Buffer.byteLength(text) + text.length),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const parts = vectors.map(([, data]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  await writeFileWhole(path, Buffer.concat([length, padded, ...parts]));
}

/** Reads a .safetensors file of float32 and int8 vectors. @throws ERR_FORMAT if it is damaged. */
export async function readSafeTensors(path: string): Promise<SafeTensors> {
  return safeTensorsOf(await readFile(path), { path, hint: "Start the run again without --resume." });
}

/** Whether bytes are a .safetensors file: a length, and a JSON header behind it. */
export function isSafeTensors(bytes: Uint8Array): boolean {
  const { byteLength, buffer, byteOffset } = bytes;
  if (byteLength < 10 || bytes[8] !== 0x7b) return false; // {
  return new DataView(buffer, byteOffset).getBigUint64(0, true) <= byteLength - 8;
}

/**
 * The tensors in the bytes of a .safetensors file, `path` and `hint` being for messages.
 *
 * @throws ERR_FORMAT if they are damaged, or numbers of a type that is not read.
 */
export function safeTensorsOf(
  given: Uint8Array,
  { path, hint }: { readonly path: string; readonly hint: string },
): SafeTensors {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  try {
    const start = 8 + Number(bytes.readBigUInt64LE());
    if (start > bytes.length) throw new Error("its header is incomplete");
    const { __metadata__: metadata = {}, ...entries } = JSON.parse(bytes.toString("utf8", 8, start)) as Header;
    const texts: unknown[] = Object.values(metadata);
    if (!texts.every((text) => typeof text === "string")) throw new Error("its metadata are not strings");
    let room = bytes.length - start;
    const tensors = new Map<string, Float32Array>();
    const shapes = new Map<string, readonly number[]>();
    const integers = new Map<string, Int8Array>();
    for (const [name, entry] of Object.entries(entries)) {
      const { dtype, shape, data_offsets } = entry as Exclude<Header[string], Record<string, string>>;
      const [from, to] = data_offsets;
      room -= to - from;
      // What lies in one place twice would take memory twice.
      if (!(from >= 0 && to >= from && start + to <= bytes.length && room >= 0))
        throw new Error(`${name} is incomplete`);
      if (dtype !== "F32" && dtype !== "I8") throw new Error(`${name} has type ${dtype}`);
      const { buffer } = Uint8Array.from(bytes.subarray(start + from, start + to));
      if (dtype === "I8") integers.set(name, new Int8Array(buffer));
      else if (dtype !== "F32") throw new Error(`${name} has type ${dtype}, not F32`);
      else tensors.set(name, new Float32Array(buffer));
      shapes.set(name, shape);
    }
    return { metadata: metadata as Record<string, string>, tensors, shapes, integers };
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", `${path}: is damaged: ${(cause as Error).message}`, {
      hint,
      cause,
    });
  }
}
