/** Round values that cover a span: about five of them, steps of 1, 2 or 5 times a power of ten. */
export function ticksOf(low: number, high: number, { isWhole = false } = {}): number[] {
  const span = high - low || 1;
  const rough = span / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const found = [1, 2, 5, 10].map((step) => step * power).find((step) => step >= rough)!;
  const step = isWhole ? Math.max(1, Math.ceil(found)) : found;
  const first = isWhole ? low : Math.floor(low / step + 1e-9) * step;
  const count = Math.ceil((high - first) / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((first + i * step).toPrecision(12)));
}
