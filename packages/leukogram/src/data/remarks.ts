// What is noticed of users' pictures and folders while they are read: whoever reads is far from whoever can say it.

/** How pictures were read that could have been read otherwise. */
export const PICTURE_KINDS = [
  "several pages",
  "channels as pages",
  "orientation not applied",
  "scale in tags",
] as const;
/** One of {@link PICTURE_KINDS}. */
export type PictureKind = (typeof PICTURE_KINDS)[number];

/** All that was noticed since the process began; each list is empty if there was nothing. */
export interface Remarks {
  /** Files that are no pictures by their names, counted by ending. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Pictures by what is odd of them. */
  readonly kinds: Readonly<Record<string, number>>;
  /** What was assumed, in sentences. */
  readonly notes: readonly string[];
}

const leftOut = new Map<string, Set<string>>();
const kinds = new Map<PictureKind, Set<string>>();
const notes = new Set<string>();
let waiting: string[] = [];
let tell: ((text: string) => void) | undefined;
// Of jobs that run; the last one hears, and is nearer to who asked than `tell`.
let hearers: readonly ((text: string) => void)[] = [];

/** Notes something that was assumed; the same sentence once. */
export function remark(text: string): void {
  if (notes.has(text)) return;
  notes.add(text);
  say(text);
}

/** What is odd of one picture, as {@link remarkPicture} takes it. */
export type PictureRemark = readonly [kind: PictureKind, name: string, text: string];

let passOn: ((remark: PictureRemark) => void) | undefined;

/** In a thread, which nobody hears: has what is odd of pictures passed on instead. */
export function passPictureRemarks(listener: ((remark: PictureRemark) => void) | undefined): void {
  passOn = listener;
}

/** Counts a picture of a kind; the first of each kind is said. */
export function remarkPicture(...told: PictureRemark): void {
  if (passOn !== undefined) {
    passOn(told);
    return;
  }
  const [kind, name, text] = told;
  const found = kinds.get(kind);
  kinds.set(kind, (found ?? new Set()).add(name));
  if (found === undefined) say(`${name}: ${text}. Similar images are read the same way.`);
}

/** Counts files of a folder that are no pictures by their names. */
export function remarkLeftOut(dir: string, paths: readonly string[]): void {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const ending = endingOf(path);
    const known = leftOut.get(ending) ?? new Set();
    if (known.has(path)) continue;
    leftOut.set(ending, known.add(path));
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  if (counts.size === 0) return;
  const listed = [...counts].map(([ending, count]) => `${count} ${ending}`).join(", ");
  say(`${dir}: ignored, not image files: ${listed}`);
}

/** Sets who hears remarks from now on, and passes on those that nobody has heard yet. */
export function onRemark(listener: ((text: string) => void) | undefined): void {
  tell = listener;
  if (listener !== undefined) for (const text of waiting.splice(0)) listener(text);
}

/** Lets a job hear remarks in place of {@link onRemark}'s listener, also those that nobody has heard yet, until it calls what is returned. */
export function hearRemarks(listener: (text: string) => void): () => void {
  hearers = [...hearers, listener];
  for (const text of waiting.splice(0)) listener(text);
  return () => {
    hearers = hearers.filter((other) => other !== listener);
  };
}

/** What was noticed, for a program's output; undefined if there was nothing. */
export function remarksSoFar(): Partial<Remarks> | undefined {
  const counted = <Key extends string>(of: ReadonlyMap<Key, ReadonlySet<string>>) =>
    Object.fromEntries([...of].map(([key, names]) => [key, names.size]));
  const found = {
    ...(leftOut.size > 0 && { leftOut: counted(leftOut) }),
    ...(kinds.size > 0 && { kinds: counted(kinds) }),
    ...(notes.size > 0 && { notes: [...notes] }),
  };
  return Object.keys(found).length > 0 ? found : undefined;
}

/** Forgets all, as tests in one process need it. */
export function forgetRemarks(): void {
  for (const set of [leftOut, kinds, notes]) set.clear();
  waiting = [];
  tell = undefined;
}

/** How a file's name ends, in lower case with its dot. */
function endingOf(path: string): string {
  return /[^/\\](\.[^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? "without extension";
}

function say(text: string): void {
  const heard = hearers.at(-1) ?? tell;
  if (heard === undefined) waiting.push(text);
  else heard(text);
}
