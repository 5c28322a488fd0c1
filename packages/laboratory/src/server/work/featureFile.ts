import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** Begins the file; the number of features follows, uint32, little-endian. */
const MAGIC = Buffer.from("LKF1");
const HEADER = MAGIC.length + 4;
const HASH = 32;
/** Rows that are compared in one go; others get their turn between them. */
const CHUNK = 256;

/** One of those that are most like a picture. */
export interface Near<T> {
  readonly item: T;
  /** Cosine distance, 0 to 2. */
  readonly distance: number;
}

/**
 * A model's features of images, one row an image, by the SHA-256 of its bytes. In a file, as many are many; what a crash
 * cut short is dropped, since all of it can be computed again.
 */
export class FeatureFile {
  readonly width: number;
  readonly #file: FileHandle;
  // Place of each image's row.
  readonly #rows = new Map<string, number>();
  #count = 0;

  private constructor(file: FileHandle, width: number) {
    this.#file = file;
    this.width = width;
  }

  /** Opens the file, or makes it; one of another width, as of another version, starts again. */
  static async open(path: string, width: number): Promise<FeatureFile> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "a+").then(async (made) => {
      await made.close();
      return open(path, "r+");
    });
    const features = new FeatureFile(file, width);
    await features.#read();
    return features;
  }

  /** Number of images. */
  get size(): number {
    return this.#rows.size;
  }

  /** Whether an image's features are there. */
  has(sha256: string): boolean {
    return this.#rows.has(sha256);
  }

  /** Adds rows, [N, width]; those that are there stay as they are. */
  async add(hashes: readonly string[], rows: Float32Array): Promise<void> {
    for (const [i, hash] of hashes.entries()) {
      if (this.has(hash)) continue;
      const row = Float32Array.from(rows.subarray(i * this.width, (i + 1) * this.width));
      const record = Buffer.concat([Buffer.from(hash, "hex"), Buffer.from(row.buffer)]);
      await this.#file.write(record, 0, record.length, this.#offset(this.#count));
      this.#rows.set(hash, this.#count++);
    }
  }

  /** An image's row; undefined if it is not there. */
  async get(sha256: string): Promise<Float32Array | undefined> {
    const row = this.#rows.get(sha256);
    return row === undefined ? undefined : (await this.#records(row, 1))[0];
  }

  /**
   * The items whose images are most like `query`, [width], the nearest first: every one is compared.
   *
   * @param hashOf the image of an item; those whose features are not there are left out.
   */
  async nearest<T>(
    query: Float32Array,
    items: readonly T[],
    { count, hashOf }: { readonly count: number; readonly hashOf: (item: T) => string },
  ): Promise<Near<T>[]> {
    const known = items
      .flatMap((item) => {
        const row = this.#rows.get(hashOf(item));
        return row === undefined ? [] : [{ item, row }];
      })
      .sort((a, b) => a.row - b.row);
    let best: Near<T>[] = [];
    for (let start = 0; start < known.length; ) {
      const first = known[start]!.row;
      let end = start;
      while (end < known.length && known[end]!.row < first + CHUNK) end++;
      const rows = await this.#records(first, known[end - 1]!.row - first + 1);
      const found = known
        .slice(start, end)
        .map(({ item, row }) => ({ item, distance: cosineDistance(query, rows[row - first]!) }));
      best = [...best, ...found].sort((a, b) => a.distance - b.distance).slice(0, count);
      start = end;
    }
    return best;
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  #offset(row: number): number {
    return HEADER + row * (HASH + 4 * this.width);
  }

  async #records(first: number, count: number): Promise<Float32Array[]> {
    const size = HASH + 4 * this.width;
    const bytes = Buffer.alloc(count * size);
    await this.#file.read(bytes, 0, bytes.length, this.#offset(first));
    return Array.from({ length: count }, (_, i) => {
      const from = bytes.byteOffset + i * size + HASH;
      return new Float32Array(bytes.buffer.slice(from, from + 4 * this.width));
    });
  }

  async #read(): Promise<void> {
    const header = Buffer.alloc(HEADER);
    await this.#file.read(header, 0, HEADER, 0);
    if (!header.subarray(0, MAGIC.length).equals(MAGIC) || header.readUInt32LE(MAGIC.length) !== this.width) {
      MAGIC.copy(header);
      header.writeUInt32LE(this.width, MAGIC.length);
      await this.#file.truncate(0);
      await this.#file.write(header, 0, HEADER, 0);
      return;
    }
    const { size } = await this.#file.stat();
    this.#count = Math.floor((size - HEADER) / (HASH + 4 * this.width));
    const hash = Buffer.alloc(HASH);
    for (let row = 0; row < this.#count; row++) {
      await this.#file.read(hash, 0, HASH, this.#offset(row));
      this.#rows.set(hash.toString("hex"), row);
    }
  }
}

function cosineDistance(a: Float32Array, b: Float32Array): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    ofA += a[i]! * a[i]!;
    ofB += b[i]! * b[i]!;
  }
  const length = Math.sqrt(ofA * ofB);
  return length === 0 ? 1 : 1 - dot / length;
}
