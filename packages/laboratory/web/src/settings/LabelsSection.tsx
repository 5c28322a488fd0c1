import { LABELS } from "leukogram/review/labels";
import { MOST_OWN, OWN_COUNTS, type OwnLabel } from "leukogram/review/ownLabels";
import { type FormEvent, useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Labels } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { useMay } from "../app/session.tsx";
import { keepLabelSet } from "../labels.ts";
import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";

/** What readers can call a cell, and by which keys, which an admin may change. */
export function LabelsSection() {
  const words = texts.ownLabels;
  const isAdmin = useMay("admin");
  const { data, error, reload } = useLoaded<Labels>("/labels");
  return (
    <section className="card">
      <h2>{words.title}</h2>
      <p>{words.what}</p>
      <LoadFault error={error} onAgain={reload} />
      {data && <p>{words.now(data)}</p>}
      {data && isAdmin && <LabelsForm key={JSON.stringify(data)} labels={data} onSaved={reload} />}
    </section>
  );
}

/** A row keeps its place among others that are removed. */
type Row = OwnLabel & { readonly id: string };

const withId = (label: OwnLabel): Row => ({ ...label, id: newKey() });

function LabelsForm({ labels, onSaved }: { readonly labels: Labels; readonly onSaved: () => void }) {
  const words = texts.ownLabels;
  const { say } = useMessages();
  const [keys, setKeys] = useState(labels.keys);
  const [rows, setRows] = useState<readonly Row[]>(() => labels.own.map(withId));
  const [save, isBusy] = useAction(async () => {
    const own = rows.map(({ name, key, countsAs }) => ({ name: name.trim(), key: key.trim().toLowerCase(), countsAs }));
    const tidy = Object.fromEntries(LABELS.map((name) => [name, keys[name].trim().toLowerCase()]));
    const key = newKey();
    const saved = await withTries(() => send<Labels>("PUT", "/labels", { keys: tidy, own }, key));
    keepLabelSet(saved);
    say(words.saved);
    onSaved();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  const change = (id: string, part: Partial<OwnLabel>) =>
    setRows(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));
  const missing = words.usual.filter(({ name }) => !rows.some((row) => row.name === name));
  return (
    <form className="form" onSubmit={submit}>
      <fieldset className="labelFields">
        <legend className="fieldLabel">{words.keys}</legend>
        <div className="labelKeys">
          {LABELS.map((name) => (
            <Field key={name} label={texts.labels.name(name)}>
              <input
                aria-label={words.keyOf(name)}
                value={keys[name]}
                maxLength={2}
                autoComplete="off"
                onChange={({ target }) => setKeys({ ...keys, [name]: target.value })}
              />
            </Field>
          ))}
        </div>
        <p className="hint">{words.keyHint}</p>
      </fieldset>
      <fieldset className="labelFields">
        <legend className="fieldLabel">{words.own}</legend>
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
            {words.add}
          </button>
          {missing.length > 0 && rows.length + missing.length <= MOST_OWN && (
            <button type="button" onClick={() => setRows([...rows, ...missing.map(withId)])}>
              {words.addUsual}
            </button>
          )}
        </div>
        <p className="hint">{words.inUse}</p>
      </fieldset>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {words.save}
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
  const words = texts.ownLabels;
  return (
    <div className="ownLabel">
      <Field label={words.name} isLabelUnseen={place > 1}>
        <input
          aria-label={words.nameOf(place)}
          value={name}
          maxLength={60}
          autoComplete="off"
          onChange={({ target }) => onChange({ name: target.value })}
        />
      </Field>
      <Field label={words.key} isLabelUnseen={place > 1}>
        <input
          aria-label={words.ownKeyOf(place)}
          value={key}
          maxLength={2}
          autoComplete="off"
          onChange={({ target }) => onChange({ key: target.value })}
        />
      </Field>
      <Field label={words.countsAs} isLabelUnseen={place > 1}>
        <select
          aria-label={words.countOf(place)}
          value={countsAs}
          onChange={({ target }) => onChange({ countsAs: target.value as OwnLabel["countsAs"] })}
        >
          {OWN_COUNTS.map((one) => (
            <option key={one} value={one}>
              {words.count(one)}
            </option>
          ))}
        </select>
      </Field>
      <button
        type="button"
        className="quiet"
        aria-label={words.remove(name.trim() === "" ? String(place) : name)}
        onClick={onRemove}
      >
        {words.removeShort}
      </button>
    </div>
  );
}
