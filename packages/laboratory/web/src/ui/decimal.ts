/** The number that a text says, with a point or a comma; undefined if it says none. */
export function decimalOf(text: string): number | undefined {
  return /^\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : undefined;
}
