/** A picture as a model's first layer takes it, after resizing and cell normalisation. */
export interface SeenPicture {
  /** [channels, height, width], 0 to 255, not rounded. */
  readonly data: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** What a method found: how much each place counts for a class. */
export interface PictureMap {
  /** [height, width], 0 and above, in the method's own unit. */
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Channels that hold one picture in colour, or in grey. */
const COLOURS = 3;

/** RGB bytes [height, width, 3] of a seen picture; of two pictures in one, the first; grey ones three times. */
export function rgbOf({ data, channels, height, width }: SeenPicture): Uint8Array {
  const plane = height * width;
  const out = new Uint8Array(plane * COLOURS);
  for (let colour = 0; colour < COLOURS; colour++) {
    const from = channels < COLOURS ? 0 : colour * plane;
    for (let i = 0; i < plane; i++) out[i * COLOURS + colour] = Math.min(255, Math.max(0, data[from + i]! + 0.5));
  }
  return out;
}

/** As many pictures at once as take about the memory of sixteen of 128 x 128 pixels. */
export function picturesAtOnce({ height, width }: Pick<SeenPicture, "height" | "width">): number {
  return Math.min(32, Math.max(1, Math.floor((16 * 128 * 128) / (height * width))));
}

/** A map brought to another size, bilinear, half-pixel centres, edges repeated. */
export function resizeMap(map: PictureMap, height: number, width: number): PictureMap {
  if (map.height === height && map.width === width) return map;
  const columns = placesOf(map.width, width);
  const wide = new Float32Array(map.height * width);
  for (let y = 0; y < map.height; y++)
    for (let x = 0; x < width; x++) {
      const [left, right, share] = columns[x]!;
      const [a, b] = [map.data[y * map.width + left]!, map.data[y * map.width + right]!];
      wide[y * width + x] = a + (b - a) * share;
    }
  const data = new Float32Array(height * width);
  for (const [y, [top, bottom, share]] of placesOf(map.height, height).entries())
    for (let x = 0; x < width; x++) {
      const [a, b] = [wide[top * width + x]!, wide[bottom * width + x]!];
      data[y * width + x] = a + (b - a) * share;
    }
  return { data, height, width };
}

/** The mean of each place and its neighbours up to `reach` away in both directions, as many as there are. */
export function meanFilter({ data, height, width }: PictureMap, reach: number): PictureMap {
  const rows = alongLines(data, { lines: height, length: width, apart: width, step: 1, reach });
  return { data: alongLines(rows, { lines: width, length: height, apart: 1, step: width, reach }), height, width };
}

interface Lines {
  readonly lines: number;
  readonly length: number;
  /** From one line to the next, and from one entry of a line to the next. */
  readonly apart: number;
  readonly step: number;
  readonly reach: number;
}

function alongLines(data: Float32Array, { lines, length, apart, step, reach }: Lines): Float32Array {
  const out = new Float32Array(data.length);
  for (let line = 0; line < lines; line++) {
    const start = line * apart;
    let [sum, count] = [0, 0];
    for (let i = -reach; i < length; i++) {
      const [next, gone] = [i + reach, i - reach - 1];
      if (next < length) [sum, count] = [sum + data[start + next * step]!, count + 1];
      if (gone >= 0) [sum, count] = [sum - data[start + gone * step]!, count - 1];
      if (i >= 0) out[start + i * step] = sum / count;
    }
  }
  return out;
}

// For each new place: the old ones before and behind it, and how far it lies between them.
function placesOf(from: number, to: number): [number, number, number][] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(at);
    return [low, Math.min(low + 1, from - 1), at - low];
  });
}

/** The largest value of a map, 0 if it is empty. */
export function highest({ data }: PictureMap): number {
  return data.reduce((most, value) => Math.max(most, value), 0);
}
