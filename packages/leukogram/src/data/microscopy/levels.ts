/** The grey level up to which `wanted` pixels lie, of how many have each level. */
export function levelBelow(counts: ArrayLike<number>, wanted: number): number {
  let [level, seen] = [0, counts[0]!];
  while (seen < wanted) seen += counts[++level]!;
  return level;
}
