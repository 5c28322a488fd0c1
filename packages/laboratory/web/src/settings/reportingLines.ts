import type { Reporting } from "../api/types.ts";
import { t } from "../language/words.ts";

/** Lines of a text that say something. */
export const linesIn = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** Full names as lines. */
export const nameLines = (names: Reporting["names"]): string =>
  names.map(({ user, fullName }) => `${user}; ${fullName}`).join("\n");

/** Full names that lines say. @throws Error naming a line that is not of two parts. */
export const namesOf = (text: string): Reporting["names"] =>
  linesIn(text).map((line) => {
    const [user, fullName, ...rest] = line.split(";").map((part) => part.trim());
    if (!user || !fullName || rest.length > 0) throw new Error(t("settings.badName", { line }));
    return { user, fullName };
  });

/** Comments as paragraphs: a name, and the text below it. */
export const commentLines = (comments: Reporting["comments"]): string =>
  comments.map(({ name, text }) => `${name}\n${text}`).join("\n\n");

/** Comments that paragraphs say. @throws Error naming a comment without a text. */
export const commentsOf = (text: string): Reporting["comments"] =>
  text
    .split(/\n\s*\n/)
    .map(linesIn)
    .filter(({ length }) => length > 0)
    .map(([name, ...lines]) => {
      if (lines.length === 0) throw new Error(t("settings.badComment", { name: name! }));
      return { name: name!, text: lines.join("\n") };
    });
