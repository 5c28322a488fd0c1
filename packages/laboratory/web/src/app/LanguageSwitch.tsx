import { LANGUAGE_NAMES, LANGUAGES, type Language } from "@leukogram/laboratory/messages/language";
import { chooseLanguage, language, t } from "../language/words.ts";
import { useMessages } from "./messages.tsx";

/** The language of the app; each stands there under its own name. */
export function LanguageSwitch() {
  const { fail } = useMessages();
  const choose = (next: Language) => void chooseLanguage(next).catch(fail);
  return (
    <label className="scheme">
      <span className="unseen">{t("app.language")}</span>
      <select value={language()} onChange={({ target }) => choose(target.value as Language)}>
        {LANGUAGES.map((one) => (
          <option key={one} value={one} lang={one}>
            {LANGUAGE_NAMES[one]}
          </option>
        ))}
      </select>
    </label>
  );
}
