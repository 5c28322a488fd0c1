/** Words of a command as a shell takes them, quoted if need be. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:=\\-]+$/.test(word) ? word : `"${word}"`)).join(" ");
}
