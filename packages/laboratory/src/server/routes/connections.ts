import { LeukogramError } from "@leukogram/engine/core/errors";
import { canonicalJson, sha256 } from "../../store/canonicalJson.ts";
import {
  changeConnections,
  readConnections,
  readSecrets,
  type Secrets,
  type Connections as Settings,
} from "../../store/settings/connections.ts";
import { ADMIN } from "../access.ts";
import { isLoopback } from "../connections/loopback.ts";
import { changing } from "../contract/access.ts";
import { connectionsChange, connectionsNow } from "../contract/connections.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { wishOf } from "../wishes.ts";

const tags = ["connections"];

/** Connections to other systems, which an admin sets. */
export function addConnectionRoutes(app: App, { store, work: { connections: running } }: Laboratory): void {
  const now = async () => {
    const settings = await readConnections(store.database.queries);
    const secrets = await readSecrets(store.database.queries);
    return {
      ...{ ...settings, codes: [...settings.codes], systems: [...settings.systems] },
      webhook: { ...settings.webhook, events: [...settings.webhook.events] },
      hasSecrets: { results: secrets.results !== "", webhook: secrets.webhook !== "" },
      ...{ listening: running.listening, warnings: warningsOf(settings) },
    };
  };
  app.get(
    `${API}/connections`,
    { config: { access: ADMIN }, schema: { tags, response: { 200: connectionsNow } } },
    now,
  );
  app.put(
    `${API}/connections`,
    {
      config: { access: ADMIN },
      schema: { tags, headers: changing, body: connectionsChange, response: { 200: connectionsNow } },
    },
    async (request) => {
      const { secrets: given, ...settings } = request.body;
      const secrets = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      requireWhole(settings, { ...(await readSecrets(store.database.queries)), ...secrets });
      // The wish is kept as a hash; the secrets go into it as one of their own.
      const asks = { ...settings, secrets: sha256(canonicalJson(secrets)) };
      const wish = wishOf(request, { kind: "connections.changed", asks });
      await changeConnections(store, wish, settings, secrets);
      await running.apply();
      return await now();
    },
  );
}

function requireWhole({ results, webhook }: Settings, secrets: Secrets): void {
  const refuse = (message: string, hint: string) => {
    throw new LeukogramError("ERR_USAGE", message, { hint });
  };
  if (results.isOn && results.protocol === "fhir" && results.url === "")
    refuse(
      "results are to be sent by FHIR, but the server has no address",
      "Give its base address, such as https://fhir.example/r4.",
    );
  if (webhook.isOn && (webhook.url === "" || secrets.webhook === ""))
    refuse(
      "the webhook is on without an address or a secret",
      "Give both; the secret is whsec_ and at least 24 random bytes by Base64.",
    );
}

/** What leaves this machine in plain text. */
function warningsOf({ orders, results, webhook }: Settings): string[] {
  const { protocol, url } = results;
  const place = protocol !== "fhir" ? results.host : url.startsWith("http:") ? new URL(url).hostname : "localhost";
  return [
    orders.isOn && !orders.isTls && !isLoopback(orders.host)
      ? `Orders are taken at ${orders.host}, which other machines can reach: anyone who reaches port ${orders.port} can send orders, and they travel unencrypted. Use a closed network, or a tunnel to 127.0.0.1.`
      : "",
    results.isOn && !(protocol !== "fhir" && results.isTls) && !isLoopback(place)
      ? `Results go to ${place} unencrypted, with names of patients. Use a closed network, or a tunnel from 127.0.0.1.`
      : "",
    webhook.isOn && webhook.url.startsWith("http:") && !isLoopback(new URL(webhook.url).hostname)
      ? `The webhook goes to ${new URL(webhook.url).hostname} unencrypted, with names of cases. Use https.`
      : "",
  ].filter((text) => text !== "");
}
