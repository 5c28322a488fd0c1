import { type FormEvent, useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { KnownRanges, Ranges } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { FaultArea } from "../app/FaultArea.tsx";
import { useMessages } from "../app/messages.tsx";
import { useMay } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";
import { GroupFields, groupOf, type NumberedGroup } from "./GroupFields.tsx";
import { ownRangesWords } from "./settingWords.ts";

/** The laboratory's reference ranges by age and sex, which an admin may change. */
export function RangesSection() {
  const isAdmin = useMay("admin");
  const { say } = useMessages();
  const { data, error, reload } = useLoaded<KnownRanges>("/ranges");
  const [isEditing, setIsEditing] = useState(false);
  const save = async (own: Ranges | null) => {
    const key = newKey();
    await withTries(() => send("PUT", "/ranges", { own }, key));
    say(t("settings.rangesSet"));
    setIsEditing(false);
    reload();
  };
  return (
    <section className="card">
      <h2>{t("settings.ranges")}</h2>
      <p>{t("settings.rangesWhat")}</p>
      <LoadFault error={error} onAgain={reload} />
      {data && (
        <p>
          {data.own === null ? t("settings.rangesBuiltIn", { source: data.builtIn.source }) : ownRangesWords(data.own)}
        </p>
      )}
      {data && isAdmin && !isEditing && (
        <button type="button" onClick={() => setIsEditing(true)}>
          {t("settings.rangesEdit")}
        </button>
      )}
      {data && isEditing && (
        <FaultArea>
          <RangesForm known={data} onSave={save} />
        </FaultArea>
      )}
    </section>
  );
}

interface RangesFormProps {
  readonly known: KnownRanges;
  readonly onSave: (own: Ranges | null) => Promise<void>;
}

function RangesForm({ known: { own, builtIn }, onSave }: RangesFormProps) {
  const [groups, setGroups] = useState<readonly NumberedGroup[]>(() =>
    (own ?? builtIn).groups.map((group, id) => ({ ...group, id })),
  );
  const [save, isBusy] = useAction(onSave);
  const [set, isSetting] = useAction(async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const until = String(fields.get("until"));
    await onSave({
      source: String(fields.get("source")),
      from: String(fields.get("from")),
      until: until === "" ? null : until,
      groups: groups.map(({ id }) => groupOf(fields, id)),
    });
  });
  const add = () => {
    const last = groups.at(-1)!;
    const id = Math.max(...groups.map((group) => group.id)) + 1;
    setGroups([...groups.slice(0, -1), { ...last, id, name: "" }, last]);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void set(event.currentTarget);
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label={t("settings.rangesSource")} hint={t("settings.rangesSourceHint")}>
        <textarea name="source" rows={2} required maxLength={1000} defaultValue={own?.source} />
      </Field>
      <div className="columns">
        <Field label={t("settings.rangesFrom")}>
          <input name="from" type="date" required defaultValue={own?.from} />
        </Field>
        <Field label={t("settings.rangesUntil")} hint={t("settings.rangesUntilHint")}>
          <input name="until" type="date" defaultValue={own?.until ?? ""} />
        </Field>
      </div>
      <p className="hint">{t("settings.groupHint")}</p>
      {groups.map((group, place) => (
        <GroupFields
          key={group.id}
          group={group}
          title={t("settings.group", { number: place + 1 })}
          onRemove={place === groups.length - 1 ? undefined : () => setGroups(groups.filter((one) => one !== group))}
        />
      ))}
      <div className="row end">
        <button type="button" onClick={add}>
          {t("settings.groupAdd")}
        </button>
        {own !== null && (
          <button type="button" disabled={isBusy} onClick={() => void save(null)}>
            {t("settings.rangesBack")}
          </button>
        )}
        <button type="submit" className="primary" disabled={isSetting}>
          {t("settings.rangesDo")}
        </button>
      </div>
    </form>
  );
}
