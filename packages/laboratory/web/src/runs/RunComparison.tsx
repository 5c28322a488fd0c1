import { useState } from "react";
import type { Run } from "../api/types.ts";
import { t } from "../language/words.ts";
import { Curves, type Line } from "./Curves.tsx";

/** The first runs with curves are drawn together; others by choice. */
const DRAWN = 3;

/** Validation curves of several runs in one picture. */
export function RunComparison({ runs }: { readonly runs: readonly Run[] }) {
  const drawable = runs.filter(({ progress }) => progress.history.length > 1);
  const [chosen, setChosen] = useState<ReadonlySet<string>>();
  if (drawable.length < 2) return null;
  const shown = chosen ?? new Set(drawable.slice(0, DRAWN).map(({ id }) => id));
  const toggle = (id: string) => {
    const next = new Set(shown);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const lines = drawable
    .filter(({ id }) => shown.has(id))
    .map(
      ({ id, name, progress }): Line => ({
        id,
        name,
        points: progress.history.map(({ epoch, accuracy, valAccuracy }) => [epoch, valAccuracy ?? accuracy]),
      }),
    );
  return (
    <section aria-labelledby="compare">
      <h2 id="compare">{t("runs.compare")}</h2>
      <fieldset className="checks">
        <legend className="unseen">{t("runs.compareWhich")}</legend>
        {drawable.map(({ id, name }) => (
          <label key={id} className="check">
            <input type="checkbox" checked={shown.has(id)} onChange={() => toggle(id)} />
            {name}
          </label>
        ))}
      </fieldset>
      <Curves title={t("runs.valAccuracy")} lines={lines} isShare />
    </section>
  );
}
