import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Rules } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { useMay } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { DecimalField } from "../ui/DecimalField.tsx";
import { decimalOf } from "../ui/decimal.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";
import { LimitsFields, limitsOf } from "./LimitsFields.tsx";
import { rulesWords } from "./settingWords.ts";

const REFLEXES = ["range", "critical", "unidentified"] as const satisfies Rules["secondReader"];

/** What the laboratory demands of a count before it is signed, which an admin may change. */
export function RulesSection() {
  const isAdmin = useMay("admin");
  const { say } = useMessages();
  const { data, error, reload } = useLoaded<Rules>("/rules");
  const [save, isBusy] = useAction(async (rules: Rules) => {
    const key = newKey();
    await withTries(() => send<Rules>("PUT", "/rules", rules, key));
    say(t("settings.rulesSet"));
    reload();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const numberOf = (name: string) => decimalOf(String(fields.get(name)));
    const [leastCells, unidentified] = [numberOf("leastCells"), numberOf("mostUnidentified")];
    void save({
      leastCells: Math.round(leastCells ?? data!.leastCells),
      mostUnidentified: unidentified === undefined ? data!.mostUnidentified : unidentified / 100,
      critical: limitsOf(fields),
      secondReader: REFLEXES.filter((reflex) => fields.has(reflex)),
    });
  };
  return (
    <section className="card">
      <h2>{t("settings.rules")}</h2>
      <p>{t("settings.rulesWhat")}</p>
      <LoadFault error={error} onAgain={reload} />
      {data && <p>{rulesWords(data)}</p>}
      {data && isAdmin && (
        <form key={JSON.stringify(data)} className="form" onSubmit={submit}>
          <div className="columns">
            <DecimalField
              name="leastCells"
              label={t("settings.leastCells")}
              hint={t("settings.leastCellsHint")}
              min={1}
              max={100_000}
              defaultValue={data.leastCells}
            />
            <DecimalField
              name="mostUnidentified"
              label={t("settings.mostUnidentified")}
              hint={t("settings.mostUnidentifiedHint")}
              min={0}
              max={100}
              defaultValue={Number((100 * data.mostUnidentified).toFixed(2))}
            />
          </div>
          <LimitsFields
            title={t("settings.critical")}
            limits={data.critical}
            columnOf={(unit, side) => t("settings.criticalColumn", { unit, side })}
          />
          <p className="hint">{t("settings.criticalHint")}</p>
          <fieldset className="checks">
            <legend className="fieldLabel">{t("settings.secondReader")}</legend>
            {REFLEXES.map((reflex) => (
              <label key={reflex} className="check">
                <input type="checkbox" name={reflex} defaultChecked={data.secondReader.includes(reflex)} />
                {t(`settings.reflexes.${reflex}`)}
              </label>
            ))}
          </fieldset>
          <div className="row end">
            <button type="submit" className="primary" disabled={isBusy}>
              {t("settings.rulesDo")}
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
