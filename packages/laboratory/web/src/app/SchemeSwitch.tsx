import { useState } from "react";
import { t } from "../language/words.ts";
import { applyScheme, SCHEMES, type Scheme, storedScheme } from "./scheme.ts";

/** Light, dark, or as the system has it. */
export function SchemeSwitch() {
  const [scheme, setScheme] = useState<Scheme>(storedScheme);
  const choose = (next: Scheme) => {
    applyScheme(next);
    setScheme(next);
  };
  return (
    <label className="scheme">
      <span className="unseen">{t("scheme.title")}</span>
      <select value={scheme} onChange={({ target }) => choose(target.value as Scheme)}>
        {SCHEMES.map((name) => (
          <option key={name} value={name}>
            {t(`scheme.${name}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
