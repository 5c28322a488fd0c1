import type { Connections, Delivery } from "../api/types.ts";
import { t } from "../language/words.ts";

/** Where orders are taken. */
export const listeningWords = ({ orders, listening }: Connections): string =>
  listening.port !== null
    ? t("connections.listening", { host: orders.host, port: String(listening.port) })
    : (listening.fault ?? t("connections.listeningOff"));

/** Where results are sent. */
export function sendingWords({ results: { isOn, protocol, url, host, port } }: Connections): string {
  if (!isOn) return t("connections.sendingOff");
  if (protocol === "fhir") return t("connections.sendingTo", { url });
  return t("connections.sendingPort", { host, port: String(port) });
}

/** What was sent of a case, and whether to a webhook. */
export function resultWords({ destination, name, number, kind }: Delivery): string {
  const what = {
    void: () => t("connections.resultVoid", { name }),
    ready: () => t("connections.resultReady", { name }),
    report: () => t("connections.resultReport", { name, number: String(number) }),
  }[kind]();
  return destination === "webhook" ? t("connections.resultWebhook", { result: what }) : what;
}
