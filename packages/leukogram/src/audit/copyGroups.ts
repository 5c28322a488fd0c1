import type { Sample } from "../data/sample.ts";
import { isAugmentedName } from "../data/sampling/grouping.ts";
import type { CopyPair } from "./copies.ts";
import type { CopyGroup, CopyMember, Part } from "./types.ts";

/** An image that was read, with the name of its class. */
export interface GroupedImage extends Sample {
  readonly class: string;
  readonly part: Part;
}

/** Copies of one cell together, the worst first: across parts, then across classes. */
export function groupCopies(images: readonly GroupedImage[], pairs: readonly CopyPair[]): CopyGroup[] {
  const roots = joined(
    images.length,
    pairs.map(({ first, second }) => [first, second] as const),
  );
  const byRoot = new Map<number, Set<number>>();
  for (const { first, second } of pairs) {
    const members = byRoot.get(roots[first]!) ?? new Set();
    byRoot.set(roots[first]!, members.add(first).add(second));
  }
  // By both names, as a pair that is not with the group's first says how it lies on another.
  const pairOf = new Map(pairs.map((pair) => [`${pair.first} ${pair.second}`, pair]));
  const groups = [...byRoot.values()].map((indices): CopyGroup => {
    const sorted = [...indices].sort((a, b) => a - b);
    const first = sorted[0]!;
    const members = sorted.map((index): CopyMember => {
      const { file, path, class: name, part } = images[index]!;
      const pair = pairOf.get(`${first} ${index}`);
      return { file, path, class: name, part, alignment: pair?.alignment, kind: pair?.kind };
    });
    return {
      members,
      isNamed:
        new Set(sorted.map((i) => images[i]!.group)).size === 1 && members.some(({ path }) => isAugmentedName(path)),
      acrossParts: new Set(members.map(({ part }) => part)).size > 1,
      acrossClasses: new Set(members.map(({ class: name }) => name)).size > 1,
    };
  });
  const weight = (group: CopyGroup) => (group.acrossClasses ? 2 : 0) + (group.acrossParts ? 1 : 0);
  return groups.sort((a, b) => weight(b) - weight(a));
}

/** The groups of images where copies of one cell count as one too. */
export function mergedGroups(images: readonly Pick<Sample, "group">[], pairs: readonly CopyPair[]): string[] {
  const firsts = new Map<string, number>();
  const named = images.map(({ group }, i) => {
    const first = firsts.get(group) ?? i;
    firsts.set(group, first);
    return [first, i] as const;
  });
  const copied = pairs.map(({ first, second }) => [first, second] as const);
  return joined(images.length, [...named, ...copied]).map((root) => images[root]!.group);
}

// The smallest index that each index hangs together with (union-find).
function joined(count: number, pairs: readonly (readonly [number, number])[]): number[] {
  const parent = Array.from({ length: count }, (_, i) => i);
  const rootOf = (start: number): number => {
    let i = start;
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]!]!;
      i = parent[i]!;
    }
    return i;
  };
  for (const [a, b] of pairs) {
    const [x, y] = [rootOf(a), rootOf(b)];
    parent[Math.max(x, y)] = Math.min(x, y);
  }
  return parent.map((_, i) => rootOf(i));
}
