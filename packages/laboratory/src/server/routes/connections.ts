import { changeConnections, readConnections, type Connections as Settings } from "../../store/settings/connections.ts";
import { ADMIN } from "../access.ts";
import { isLoopback } from "../connections/loopback.ts";
import { changing } from "../contract/access.ts";
import { connections, connectionsNow } from "../contract/connections.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { wishOf } from "../wishes.ts";

const tags = ["connections"];

/** Connections to other systems, which an admin sets. */
export function addConnectionRoutes(app: App, { store, work: { connections: running } }: Laboratory): void {
  const now = async () => {
    const settings = await readConnections(store.database.queries);
    return { ...settings, codes: [...settings.codes], listening: running.listening, warnings: warningsOf(settings) };
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
      schema: { tags, headers: changing, body: connections, response: { 200: connectionsNow } },
    },
    async (request) => {
      const wish = wishOf(request, { kind: "connections.changed", asks: request.body });
      await changeConnections(store, wish, request.body);
      await running.apply();
      return await now();
    },
  );
}

/** What leaves this machine in plain text. */
function warningsOf({ orders, results }: Settings): string[] {
  return [
    orders.isOn && !orders.isTls && !isLoopback(orders.host)
      ? `Orders are taken at ${orders.host}, which other machines can reach: anyone who reaches port ${orders.port} can send orders, and they travel unencrypted. Use a closed network, or a tunnel to 127.0.0.1.`
      : "",
    results.isOn && !results.isTls && !isLoopback(results.host)
      ? `Results go to ${results.host} unencrypted, with names of patients. Use a closed network, or a tunnel from 127.0.0.1.`
      : "",
  ].filter((text) => text !== "");
}
