import { useState } from "react";
import { texts } from "../texts.ts";
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
      <span className="unseen">{texts.scheme.title}</span>
      <select value={scheme} onChange={({ target }) => choose(target.value as Scheme)}>
        {SCHEMES.map((name) => (
          <option key={name} value={name}>
            {texts.scheme[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
