// A laboratory's own labels, and the keys of all labels.
import { KNOWN_TYPES } from "../cells/cellTypes.ts";
import { CELL_TYPES } from "../cells/classes.ts";
import { BEYOND_FIVE, COUNTED_AS, LABELS, type Label } from "./labels.ts";

/** What a label of a laboratory's own may count as. */
export const OWN_COUNTS = [...CELL_TYPES, ...BEYOND_FIVE] as const;

/** A label of a laboratory's own. */
export interface OwnLabel {
  readonly name: string;
  /** A letter or digit, in lower case. */
  readonly key: string;
  readonly countsAs: (typeof OWN_COUNTS)[number];
}

/** The labels that a laboratory gives. */
export interface LabelSet {
  /** Of {@link LABELS}, each with its key. */
  readonly keys: Readonly<Record<Label, string>>;
  readonly own: readonly OwnLabel[];
}

const firstLetters = Object.fromEntries(LABELS.map((name) => [name, name[0]!.toLowerCase()]));

/** Those of a laboratory that has set none: each has its first letter. */
export const USUAL_LABELS: LabelSet = { keys: firstLetters as LabelSet["keys"], own: [] };

/** Keys that do something else in the gallery: confirm, enlarge, whole image, compare. */
export const TAKEN_KEYS = ["c", "v", "w", "k"] as const;

/** Letters of a name at most. */
export const LONGEST_NAME = 40;

/** Labels of a laboratory's own at most. */
export const MOST_OWN = 30;

/** Names that can't be given: words of the program for cells, however they are written. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  [...COUNTED_AS, ...KNOWN_TYPES, "NotOneOfFive", "unread", "bad"].map((name) => [plain(name), name]),
);

function plain(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_-]/g, "");
}

/** What is wrong with labels, in sentences; nothing if they can be used. */
export function labelFaults({ keys, own }: LabelSet): string[] {
  const names = own.flatMap(({ name }, i) => nameFaults(name, { place: i + 1, before: own.slice(0, i) }));
  const all = [
    ...LABELS.map((name) => ({ name: name as string, key: keys[name] })),
    ...own.map(({ name, key }, i) => ({ name: name.trim() === "" ? `label ${i + 1}` : name, key })),
  ];
  return [...names, ...all.flatMap((one, i) => keyFaults(one, all.slice(0, i)))];
}

interface Place {
  readonly place: number;
  readonly before: readonly OwnLabel[];
}

function nameFaults(name: string, { place, before }: Place): string[] {
  if (name.trim() === "") return [`Label ${place} has no name.`];
  if (name !== name.trim() || /\p{Cc}/u.test(name))
    return [`The name "${name.trim()}" must be one line without spaces around it.`];
  if ([...name].length > LONGEST_NAME) return [`The name "${name}" is longer than ${LONGEST_NAME} letters.`];
  const known = KNOWN.get(plain(name));
  if (known !== undefined) return [`The name "${name}" is taken: the program itself has ${known}.`];
  return before.some((other) => plain(other.name) === plain(name)) ? [`Two labels are called "${name}".`] : [];
}

interface Keyed {
  readonly name: string;
  readonly key: string;
}

function keyFaults({ name, key }: Keyed, before: readonly Keyed[]): string[] {
  if (!/^[\p{L}\p{N}]$/u.test(key) || key !== key.toLowerCase())
    return [`The key of ${name} must be one lower-case letter or digit.`];
  if ((TAKEN_KEYS as readonly string[]).includes(key))
    return [`The key ${key.toUpperCase()} of ${name} is taken: it does something else in the gallery.`];
  const other = before.find((one) => one.key === key);
  return other === undefined ? [] : [`${other.name} and ${name} have the same key, ${key.toUpperCase()}.`];
}
