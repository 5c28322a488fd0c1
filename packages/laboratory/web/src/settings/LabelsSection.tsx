import { LABELS } from "leukogram/review/labels";
import { MOST_OWN, OWN_COUNTS, type OwnLabel } from "leukogram/review/ownLabels";
import { type FormEvent, useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Labels } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { useMay } from "../app/session.tsx";
import { keepLabelSet } from "../labels.ts";
import { labelName, t, textOf } from "../language/words.ts";

import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";

/** What readers can call a cell, and by which keys, which an admin may change. */
export function LabelsSection() {
  const isAdmin = useMay("admin");
  const { data, error, reload } = useLoaded<Labels>("/labels");
  return (
    <section className="card">
      <h2>{t("ownLabels.title")}</h2>
      <p>{t("ownLabels.what")}</p>
      <LoadFault error={error} onAgain={reload} />
      {data && <p>{nowWords(data)}</p>}
      {data && isAdmin && <LabelsForm key={JSON.stringify(data)} labels={data} onSaved={reload} />}
    </section>
  );
}

const nowWords = ({ own }: Labels): string =>
  own.length === 0
    ? t("ownLabels.none")
    : t("ownLabels.now", {
        count: own.length,
        labels: own.map(({ name, key }) => `${name} (${key.toUpperCase()})`).join(", "),
      });

/** Names that laboratories often need; smudge cells and artefacts are there already. */
const usualLabels = (): readonly OwnLabel[] => [
  { name: t("ownLabels.usual.band"), key: "1", countsAs: "Neutrophil" },
  { name: t("ownLabels.usual.segmented"), key: "2", countsAs: "Neutrophil" },
  { name: t("ownLabels.usual.immature"), key: "3", countsAs: "OtherLeukocyte" },
  { name: t("ownLabels.usual.blast"), key: "4", countsAs: "OtherLeukocyte" },
  { name: t("ownLabels.usual.variant"), key: "5", countsAs: "Lymphocyte" },
  { name: t("ownLabels.usual.plasma"), key: "6", countsAs: "OtherLeukocyte" },
  { name: t("ownLabels.usual.nrbc"), key: "7", countsAs: "Erythroblast" },
  { name: t("ownLabels.usual.giant"), key: "8", countsAs: "NotLeukocyte" },
];

/** A row keeps its place among others that are removed. */
type Row = OwnLabel & { readonly id: string };

const withId = (label: OwnLabel): Row => ({ ...label, id: newKey() });

function LabelsForm({ labels, onSaved }: { readonly labels: Labels; readonly onSaved: () => void }) {
  const { say } = useMessages();
  const [keys, setKeys] = useState(labels.keys);
  const [rows, setRows] = useState<readonly Row[]>(() => labels.own.map(withId));
  const [save, isBusy] = useAction(async () => {
    const own = rows.map(({ name, key, countsAs }) => ({ name: name.trim(), key: key.trim().toLowerCase(), countsAs }));
    const tidy = Object.fromEntries(LABELS.map((name) => [name, keys[name].trim().toLowerCase()]));
    const key = newKey();
    const saved = await withTries(() => send<Labels>("PUT", "/labels", { keys: tidy, own }, key));
    keepLabelSet(saved);
    say(t("ownLabels.saved"));
    onSaved();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  const change = (id: string, part: Partial<OwnLabel>) =>
    setRows(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));
  const missing = usualLabels().filter(({ name, key }) => !rows.some((row) => row.name === name || row.key === key));
  return (
    <form className="form" onSubmit={submit}>
      <fieldset className="labelFields">
        <legend className="fieldLabel">{t("ownLabels.keys")}</legend>
        <div className="labelKeys">
          {LABELS.map((name) => (
            <Field key={name} label={labelName(name)}>
              <input
                aria-label={t("ownLabels.keyOf", { label: labelName(name) })}
                value={keys[name]}
                maxLength={2}
                autoComplete="off"
                onChange={({ target }) => setKeys({ ...keys, [name]: target.value })}
              />
            </Field>
          ))}
        </div>
        <p className="hint">{t("ownLabels.keyHint")}</p>
      </fieldset>
      <fieldset className="labelFields">
        <legend className="fieldLabel">{t("ownLabels.own")}</legend>
        {rows.map((row, i) => (
          <OwnLabelRow
            key={row.id}
            row={row}
            place={i + 1}
            onChange={(part) => change(row.id, part)}
            onRemove={() => setRows(rows.filter(({ id }) => id !== row.id))}
          />
        ))}
        <div className="row">
          <button
            type="button"
            disabled={rows.length >= MOST_OWN}
            onClick={() => setRows([...rows, withId({ name: "", key: "", countsAs: "Neutrophil" })])}
          >
            {t("ownLabels.add")}
          </button>
          {missing.length > 0 && rows.length + missing.length <= MOST_OWN && (
            <button type="button" onClick={() => setRows([...rows, ...missing.map(withId)])}>
              {t("ownLabels.addUsual")}
            </button>
          )}
        </div>
        <p className="hint">{t("ownLabels.inUse")}</p>
      </fieldset>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {t("ownLabels.save")}
        </button>
      </div>
    </form>
  );
}

interface OwnLabelRowProps {
  readonly row: OwnLabel;
  readonly place: number;
  readonly onChange: (part: Partial<OwnLabel>) => void;
  readonly onRemove: () => void;
}

function OwnLabelRow({ row: { name, key, countsAs }, place, onChange, onRemove }: OwnLabelRowProps) {
  return (
    <div className="ownLabel">
      <Field label={t("ownLabels.name")} isLabelUnseen={place > 1}>
        <input
          aria-label={t("ownLabels.nameOf", { place })}
          value={name}
          maxLength={60}
          autoComplete="off"
          onChange={({ target }) => onChange({ name: target.value })}
        />
      </Field>
      <Field label={t("ownLabels.key")} isLabelUnseen={place > 1}>
        <input
          aria-label={t("ownLabels.ownKeyOf", { place })}
          value={key}
          maxLength={2}
          autoComplete="off"
          onChange={({ target }) => onChange({ key: target.value })}
        />
      </Field>
      <Field label={t("ownLabels.countsAs")} isLabelUnseen={place > 1}>
        <select
          aria-label={t("ownLabels.countOf", { place })}
          value={countsAs}
          onChange={({ target }) => onChange({ countsAs: target.value as OwnLabel["countsAs"] })}
        >
          {OWN_COUNTS.map((one) => (
            <option key={one} value={one}>
              {textOf(`ownLabels.counts.${one}`, labelName(one))}
            </option>
          ))}
        </select>
      </Field>
      <button
        type="button"
        className="quiet"
        aria-label={t("ownLabels.remove", { name: name.trim() === "" ? String(place) : name })}
        onClick={onRemove}
      >
        {t("ownLabels.removeShort")}
      </button>
    </div>
  );
}
