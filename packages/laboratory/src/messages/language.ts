/** Languages that there are messages of. */
export const LANGUAGES = ["en", "de", "es"] as const;

/** One of {@link LANGUAGES}. */
export type Language = (typeof LANGUAGES)[number];

/** What each calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch", es: "Español" };

/** How each writes numbers and dates: BCP 47. */
export const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", de: "de", es: "es" };

/** The first of the wanted languages that there are messages of, as browsers list them: de-AT is German; English if there is none. */
export function languageOf(wanted: readonly string[]): Language {
  const found = wanted.map((tag) => LANGUAGES.find((language) => language === tag.toLowerCase().split("-")[0]));
  return found.find((language) => language !== undefined) ?? "en";
}
