import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Connections, ConnectionsChange, ConnectionsSettings } from "../api/types.ts";
import { useMessages } from "../app/messages.tsx";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { useAction } from "../ui/useAction.ts";
import { codesOf, linesOf, systemLines, systemsOf } from "./codeLines.ts";
import { listeningWords } from "./connectionWords.ts";
import { SecretField, secretsOf } from "./SecretField.tsx";

interface ConnectionsFormProps {
  readonly connections: Connections;
  readonly onSaved: () => void;
}

const EVENTS = ["case.ready", "report.signed", "report.amended", "case.voided"] as const;

/** Names, addresses and codes of the connections. */
export function ConnectionsForm({ connections, onSaved }: ConnectionsFormProps) {
  const { say } = useMessages();
  const { orders, results, webhook, codes } = connections;
  const [save, isBusy] = useAction(async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const text = (name: string) => String(fields.get(name) ?? "").trim();
    const place = (of: string) => ({
      ...{ isOn: fields.has(`${of}.isOn`), host: text(`${of}.host`), port: Number(text(`${of}.port`)) },
      isTls: fields.has(`${of}.isTls`),
    });
    const settings: ConnectionsChange = {
      ...{ application: text("application"), facility: text("facility"), address: text("address") },
      orders: {
        ...place("orders"),
        senders: text("senders")
          .split(/[\s,;]+/)
          .filter(Boolean),
      },
      results: {
        ...place("results"),
        protocol: text("protocol") as ConnectionsSettings["results"]["protocol"],
        application: text("results.application"),
        facility: text("results.facility"),
        characterSet: text("characterSet") as ConnectionsSettings["results"]["characterSet"],
        url: text("url"),
        report: text("report") as ConnectionsSettings["results"]["report"],
      },
      webhook: {
        ...{ isOn: fields.has("webhook.isOn"), url: text("webhook.url") },
        events: EVENTS.filter((event) => fields.has(event)),
      },
      codes: codesOf(text("codes")),
      systems: systemsOf(text("systems")),
      secrets: secretsOf(fields),
    };
    const key = newKey();
    await withTries(() => send("PUT", "/connections", settings, key));
    say(t("connections.saved"));
    onSaved();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void save(event.currentTarget);
  };
  return (
    <form className="form" onSubmit={submit}>
      <section className="card">
        <h2>{t("connections.orders")}</h2>
        <p className="muted">{t("connections.ordersWhat")}</p>
        <p>{listeningWords(connections)}</p>
        <Place of="orders" label={t("connections.takeOrders")} {...orders} />
        <Field label={t("connections.senders")} hint={t("connections.sendersHint")}>
          <input name="senders" maxLength={4000} defaultValue={orders.senders.join(", ")} autoComplete="off" />
        </Field>
      </section>
      <section className="card">
        <h2>{t("connections.results")}</h2>
        <p className="muted">{t("connections.resultsWhat")}</p>
        <Field label={t("connections.protocol")}>
          <select name="protocol" defaultValue={results.protocol}>
            <option value="hl7">{t("connections.protocols.hl7")}</option>
            <option value="astm">{t("connections.protocols.astm")}</option>
            <option value="fhir">{t("connections.protocols.fhir")}</option>
          </select>
        </Field>
        <div className="columns">
          <Field label={t("connections.url")} hint={t("connections.urlHint")}>
            <input name="url" type="url" maxLength={500} defaultValue={results.url} />
          </Field>
          <SecretField name="secret.results" label={t("connections.token")} isSet={connections.hasSecrets.results} />
        </div>
        <Place of="results" label={t("connections.sendResults")} {...results} />
        <div className="columns">
          <NameField name="results.application" label={t("connections.receiver")} value={results.application} />
          <NameField name="results.facility" label={t("connections.receiverFacility")} value={results.facility} />
          <Field label={t("connections.characters")}>
            <select name="characterSet" defaultValue={results.characterSet}>
              <option>UNICODE UTF-8</option>
              <option>8859/1</option>
            </select>
          </Field>
          <Field label={t("connections.report")} hint={t("connections.reportHint")}>
            <select name="report" defaultValue={results.report}>
              <option value="page">{t("connections.reports.page")}</option>
              <option value="pdf">{t("connections.reports.pdf")}</option>
              <option value="embedded">{t("connections.reports.embedded")}</option>
            </select>
          </Field>
        </div>
      </section>
      <section className="card">
        <h2>{t("connections.webhook")}</h2>
        <p className="muted">{t("connections.webhookWhat")}</p>
        <label className="row">
          <input type="checkbox" name="webhook.isOn" defaultChecked={webhook.isOn} /> {t("connections.webhookOn")}
        </label>
        <div className="columns">
          <Field label={t("connections.webhookUrl")}>
            <input name="webhook.url" type="url" maxLength={500} defaultValue={webhook.url} />
          </Field>
          <SecretField
            name="secret.webhook"
            label={t("connections.webhookSecret")}
            isSet={connections.hasSecrets.webhook}
          />
        </div>
        <fieldset className="checks">
          <legend className="fieldLabel">{t("connections.webhookEvents")}</legend>
          {EVENTS.map((event) => (
            <label key={event} className="check">
              <input type="checkbox" name={event} defaultChecked={webhook.events.includes(event)} />
              {t(`connections.events.${event}`)}
            </label>
          ))}
        </fieldset>
      </section>
      <section className="card">
        <h2>{t("connections.names")}</h2>
        <div className="columns">
          <NameField
            name="application"
            label={t("connections.application")}
            value={connections.application}
            isRequired
          />
          <NameField name="facility" label={t("connections.facility")} value={connections.facility} />
        </div>
        <Field label={t("connections.address")} hint={t("connections.addressHint")}>
          <input name="address" type="url" maxLength={500} defaultValue={connections.address} />
        </Field>
      </section>
      <section className="card">
        <h2>{t("connections.codes")}</h2>
        <p className="muted">{t("connections.codesWhat")}</p>
        <Field label={t("connections.codes")} hint={t("connections.codesHint")}>
          <textarea name="codes" rows={4} defaultValue={linesOf(codes)} spellCheck={false} />
        </Field>
        <Field label={t("connections.systems")} hint={t("connections.systemsHint")}>
          <textarea name="systems" rows={2} defaultValue={systemLines(connections.systems)} spellCheck={false} />
        </Field>
      </section>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {t("connections.save")}
        </button>
      </div>
    </form>
  );
}

interface PlaceProps {
  readonly of: "orders" | "results";
  readonly label: string;
  readonly isOn: boolean;
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

function Place({ of, label, isOn, host, port, isTls }: PlaceProps) {
  return (
    <>
      <label className="row">
        <input type="checkbox" name={`${of}.isOn`} defaultChecked={isOn} /> {label}
      </label>
      <div className="columns">
        <Field label={t("connections.host")} hint={of === "orders" ? t("connections.hostHint") : undefined}>
          <input name={`${of}.host`} required maxLength={253} defaultValue={host} autoComplete="off" />
        </Field>
        <Field label={t("connections.port")}>
          <input name={`${of}.port`} type="number" required min={1} max={65_535} defaultValue={port} />
        </Field>
      </div>
      <label className="row">
        <input type="checkbox" name={`${of}.isTls`} defaultChecked={isTls} /> {t(`connections.isTls.${of}`)}
      </label>
    </>
  );
}

interface NameFieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly isRequired?: boolean;
}

function NameField({ name, label, value, isRequired = false }: NameFieldProps) {
  return (
    <Field label={label}>
      <input name={name} maxLength={180} defaultValue={value} required={isRequired} autoComplete="off" />
    </Field>
  );
}
