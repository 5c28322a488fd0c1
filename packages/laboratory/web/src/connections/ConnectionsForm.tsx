import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Connections, ConnectionsChange, ConnectionsSettings } from "../api/types.ts";
import { useMessages } from "../app/messages.tsx";
import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { useAction } from "../ui/useAction.ts";
import { codesOf, linesOf, systemLines, systemsOf } from "./codeLines.ts";
import { SecretField, secretsOf } from "./SecretField.tsx";

interface ConnectionsFormProps {
  readonly connections: Connections;
  readonly onSaved: () => void;
}

const EVENTS = ["case.ready", "report.signed", "report.amended", "case.voided"] as const;

/** Names, addresses and codes of the connections. */
export function ConnectionsForm({ connections, onSaved }: ConnectionsFormProps) {
  const words = texts.connections;
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
    say(words.saved);
    onSaved();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void save(event.currentTarget);
  };
  return (
    <form className="form" onSubmit={submit}>
      <section className="card">
        <h2>{words.orders}</h2>
        <p className="muted">{words.ordersWhat}</p>
        <p>{words.listening(connections)}</p>
        <Place of="orders" label={words.takeOrders} {...orders} />
        <Field label={words.senders} hint={words.sendersHint}>
          <input name="senders" maxLength={4000} defaultValue={orders.senders.join(", ")} autoComplete="off" />
        </Field>
      </section>
      <section className="card">
        <h2>{words.results}</h2>
        <p className="muted">{words.resultsWhat}</p>
        <Field label={words.protocol}>
          <select name="protocol" defaultValue={results.protocol}>
            <option value="hl7">{words.protocols.hl7}</option>
            <option value="astm">{words.protocols.astm}</option>
            <option value="fhir">{words.protocols.fhir}</option>
          </select>
        </Field>
        <div className="columns">
          <Field label={words.url} hint={words.urlHint}>
            <input name="url" type="url" maxLength={500} defaultValue={results.url} />
          </Field>
          <SecretField name="secret.results" label={words.token} isSet={connections.hasSecrets.results} />
        </div>
        <Place of="results" label={words.sendResults} {...results} />
        <div className="columns">
          <NameField name="results.application" label={words.receiver} value={results.application} />
          <NameField name="results.facility" label={words.receiverFacility} value={results.facility} />
          <Field label={words.characters}>
            <select name="characterSet" defaultValue={results.characterSet}>
              <option>UNICODE UTF-8</option>
              <option>8859/1</option>
            </select>
          </Field>
          <Field label={words.report} hint={words.reportHint}>
            <select name="report" defaultValue={results.report}>
              <option value="page">{words.reports.page}</option>
              <option value="pdf">{words.reports.pdf}</option>
              <option value="embedded">{words.reports.embedded}</option>
            </select>
          </Field>
        </div>
      </section>
      <section className="card">
        <h2>{words.webhook}</h2>
        <p className="muted">{words.webhookWhat}</p>
        <label className="row">
          <input type="checkbox" name="webhook.isOn" defaultChecked={webhook.isOn} /> {words.webhookOn}
        </label>
        <div className="columns">
          <Field label={words.webhookUrl}>
            <input name="webhook.url" type="url" maxLength={500} defaultValue={webhook.url} />
          </Field>
          <SecretField name="secret.webhook" label={words.webhookSecret} isSet={connections.hasSecrets.webhook} />
        </div>
        <fieldset className="checks">
          <legend className="fieldLabel">{words.webhookEvents}</legend>
          {EVENTS.map((event) => (
            <label key={event} className="check">
              <input type="checkbox" name={event} defaultChecked={webhook.events.includes(event)} />
              {words.events[event]}
            </label>
          ))}
        </fieldset>
      </section>
      <section className="card">
        <h2>{words.names}</h2>
        <div className="columns">
          <NameField name="application" label={words.application} value={connections.application} isRequired />
          <NameField name="facility" label={words.facility} value={connections.facility} />
        </div>
        <Field label={words.address} hint={words.addressHint}>
          <input name="address" type="url" maxLength={500} defaultValue={connections.address} />
        </Field>
      </section>
      <section className="card">
        <h2>{words.codes}</h2>
        <p className="muted">{words.codesWhat}</p>
        <Field label={words.codes} hint={words.codesHint}>
          <textarea name="codes" rows={4} defaultValue={linesOf(codes)} spellCheck={false} />
        </Field>
        <Field label={words.systems} hint={words.systemsHint}>
          <textarea name="systems" rows={2} defaultValue={systemLines(connections.systems)} spellCheck={false} />
        </Field>
      </section>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {words.save}
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
  const words = texts.connections;
  return (
    <>
      <label className="row">
        <input type="checkbox" name={`${of}.isOn`} defaultChecked={isOn} /> {label}
      </label>
      <div className="columns">
        <Field label={words.host} hint={of === "orders" ? words.hostHint : undefined}>
          <input name={`${of}.host`} required maxLength={253} defaultValue={host} autoComplete="off" />
        </Field>
        <Field label={words.port}>
          <input name={`${of}.port`} type="number" required min={1} max={65_535} defaultValue={port} />
        </Field>
      </div>
      <label className="row">
        <input type="checkbox" name={`${of}.isTls`} defaultChecked={isTls} /> {words.isTls[of]}
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
