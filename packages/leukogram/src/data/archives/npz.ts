import type { Readable } from "node:stream";
import { LeukogramError } from "@leukogram/engine/core/errors";
import yauzl, { type Entry, type ZipFile } from "yauzl";

/** An array of unsigned bytes in an .npz file, row by row: memory holds one row at a time. */
export interface NpzArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** The entries of each row [shape[1], shape[2], ...]. */
  rows(): AsyncGenerator<Uint8Array, void, undefined>;
}

/** Bytes of one row, an image, at most. */
const MOST_ROW = 2 ** 26;

/** Bytes an entry of the types that are read. */
const TYPES: Readonly<Record<string, number>> = { "|u1": 1, "<i8": 8, "<i4": 4, "<u4": 4, "<u8": 8, "|b1": 1 };

/**
 * The arrays of an .npz file as NumPy saves it (numpy.lib.format). Of wider integers the lowest byte is taken: labels
 * are small.
 *
 * @throws ERR_DATA if it is no such file, or holds another type or order.
 */
export async function withNpz<T>(path: string, use: (arrays: ReadonlyMap<string, NpzArray>) => Promise<T>): Promise<T> {
  const zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false }).catch((cause: Error) => {
    throw fault(path, `is not an .npz file (${cause.message})`, cause);
  });
  try {
    const arrays = new Map<string, NpzArray>();
    for (const entry of await damagedIf(path, entriesOf(zip))) {
      const name = entry.fileName.replace(/\.npy$/, "");
      const open = async () => new Bytes(await damagedIf(path, zip.openReadStreamPromise(entry)));
      const { shape, width } = await withBytes(await open(), (bytes) => header(bytes, `${path} (${name})`));
      if (entry.uncompressedSize > 8e9) throw fault(path, `${name} is larger than 8 GB`);
      const size = shape.slice(1).reduce((product, side) => product * side, 1);
      if (!(size * width <= MOST_ROW && size * width * (shape[0] ?? 1) <= entry.uncompressedSize))
        throw fault(path, `${name} has shape [${shape.join(", ")}], which does not match its size`);
      arrays.set(name, {
        name,
        shape,
        async *rows() {
          const bytes = await open();
          try {
            await header(bytes, `${path} (${name})`);
            for (let i = 0; i < shape[0]!; i++) {
              const row = await bytes.take(size * width, `${path} (${name})`);
              yield width === 1 ? row : Uint8Array.from({ length: size }, (_, k) => row[k * width]!);
            }
          } finally {
            bytes.close();
          }
        },
      });
    }
    return await use(arrays);
  } finally {
    zip.close();
  }
}

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  return entries;
}

// What the archive's own reader says of a damaged one.
function damagedIf<T>(source: string, promise: Promise<T>): Promise<T> {
  return promise.catch((cause: Error) => {
    throw fault(source, `is damaged (${cause.message})`, cause);
  });
}

async function withBytes<T>(bytes: Bytes, use: (bytes: Bytes) => Promise<T>): Promise<T> {
  try {
    return await use(bytes);
  } finally {
    bytes.close();
  }
}

async function header(bytes: Bytes, source: string): Promise<{ shape: number[]; width: number }> {
  const start = await bytes.take(8, source);
  if (start[0] !== 0x93 || Buffer.from(start.subarray(1, 6)).toString("latin1") !== "NUMPY")
    throw fault(source, "is not a NumPy array");
  const wide = start[6]! > 1;
  const length = await bytes.take(wide ? 4 : 2, source);
  const view = new DataView(length.buffer, length.byteOffset);
  const size = wide ? view.getUint32(0, true) : view.getUint16(0, true);
  if (size > 65536) throw fault(source, "has a header of invalid length");
  const text = Buffer.from(await bytes.take(size, source)).toString("latin1");
  const type = /'descr':\s*'([^']+)'/.exec(text)?.[1] ?? "none";
  const width = TYPES[type];
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text)?.[1];
  if (width === undefined || shape === undefined || /'fortran_order':\s*True/.test(text))
    throw fault(source, `has type ${type}; expected unsigned bytes or integers in C order`);
  const sizes = shape.split(",").flatMap((part) => (part.trim() === "" ? [] : [Number(part)]));
  if (!sizes.every((side) => Number.isSafeInteger(side) && side > 0)) throw fault(source, `is of shape (${shape})`);
  return { width, shape: sizes };
}

const fault = (source: string, what: string, cause?: unknown) =>
  new LeukogramError("ERR_DATA", `${source}: ${what}`, { hint: "Download it again.", cause });

// A stream that gives as many bytes as are asked for.
class Bytes {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async take(count: number, source: string): Promise<Uint8Array> {
    const parts = [this.#rest];
    let length = this.#rest.length;
    while (length < count) {
      const { value, done } = await damagedIf(source, this.#chunks.next());
      if (done) throw fault(source, "is incomplete");
      parts.push(value);
      length += value.length;
    }
    const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    this.#rest = all.subarray(count);
    return Uint8Array.from(all.subarray(0, count));
  }

  close(): void {
    this.#stream.destroy();
  }
}
