// Names of classes that differ only in how they are written: "neutrophil", "Neutrophil", "Band Neutrophil", "band_neutrophil".

/** A name without what writers differ in: case, spaces, hyphens, underscores, and how accents are stored. */
export function plainSpelling(name: string): string {
  return name
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\s_-]+/g, "");
}

/** The one of `known` that a name means: itself, else the only one that is spelled alike; undefined if there is none. */
export function alikeIn(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return name;
  const alike = known.filter((other) => plainSpelling(other) === plainSpelling(name));
  return alike.length === 1 ? alike[0] : undefined;
}

/** Two names of a list that are spelled alike; undefined if all differ. */
export function alikePair(names: readonly string[]): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(plainSpelling(name));
    if (other !== undefined && other !== name) return [other, name];
    seen.set(plainSpelling(name), name);
  }
  return undefined;
}
