/** For each new pixel, from `starts[i]` to `starts[i + 1]`: the old ones below it, and the share of it that each fills. */
export interface Coverage {
  readonly starts: Int32Array;
  readonly sources: Int32Array;
  readonly shares: Float64Array;
}

/** Which old pixels each new one covers, along one side that gets shorter. */
export function coverage(from: number, to: number): Coverage {
  const extent = from / to;
  const starts = new Int32Array(to + 1);
  const sources: number[] = [];
  const shares: number[] = [];
  for (let i = 0; i < to; i++) {
    const [start, end] = [i * extent, (i + 1) * extent];
    for (let source = Math.floor(start); source < Math.min(Math.ceil(end), from); source++) {
      const share = (Math.min(end, source + 1) - Math.max(start, source)) / extent;
      if (share <= 1e-9) continue;
      sources.push(source);
      shares.push(share);
    }
    starts[i + 1] = sources.length;
  }
  return { starts, sources: Int32Array.from(sources), shares: Float64Array.from(shares) };
}
