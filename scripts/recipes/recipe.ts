// What scripts/checkRecipes.ts follows: files, changes of files, tests, and mistakes that the checks must see.

/** A change of a file: `text` goes behind the only place where `behind` stands, or `replaced` becomes it. */
export type Edit =
  | { readonly path: string; readonly behind: string; readonly text: string }
  | { readonly path: string; readonly replaced: string; readonly text: string };

/** A fault that the checks must see, made after the recipe was followed. */
export interface Mistake {
  readonly name: string;
  readonly edit: Edit;
  readonly check: "types" | "tests";
  /** What the check then says. */
  readonly says: RegExp;
}

/** A recipe as followed. */
export interface Recipe {
  /** New files, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly edits: readonly Edit[];
  /** Test files that CONTRIBUTING.md names. */
  readonly tests: readonly string[];
  /** Files that the same took before the design was changed for it (commit 9fbeadf). */
  readonly before: number;
  readonly mistakes?: readonly Mistake[];
}

/** A line of the changelog, among what was added. */
export const changelog = (line: string): Edit => ({
  path: "CHANGELOG.md",
  behind: "## [Unreleased]\n\n### Added\n\n",
  text: `- ${line}\n`,
});
