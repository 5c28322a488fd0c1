/** The word of `words` that `text` was most likely meant to be, or undefined if none is near. */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const plain = (word: string) => word.replace(/^-+|[-_]/g, "").toLowerCase();
  const ranked = words
    .map((word) => ({ word, distance: editDistance(plain(text), plain(word)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, text.length / 3) ? best.word : undefined;
}

// Levenshtein: the fewest letters to put in, take out or change.
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
