// One message out, and what its receiver says of it.

import { sendAstm } from "../../interfaces/astm/sendAstm.ts";
import { writeRecords } from "../../interfaces/astm/writeRecords.ts";
import { type FhirAnswer, sendFhir } from "../../interfaces/fhir/sendFhir.ts";
import { characterSet } from "../../interfaces/hl7/characterSet.ts";
import { segmentOf, textAt } from "../../interfaces/hl7/message.ts";
import { parseMessage } from "../../interfaces/hl7/parseMessage.ts";
import { writeResult } from "../../interfaces/hl7/writeResult.ts";
import { sendMllp } from "../../interfaces/mllp/sendMllp.ts";
import type { Result } from "../../interfaces/result.ts";
import type { Connections } from "../../store/settings/connections.ts";

/** What became of a message: taken; refused for good; or to be tried again. */
export interface Outcome {
  readonly state: "sent" | "refused" | "waiting";
  readonly answer: string | null;
  /** Why it was not taken. */
  readonly fault: string | null;
}

/** The message of a result, as text. @throws ERR_FORMAT if it can't be written. */
export function messageOf(
  result: Result,
  { application, facility, results }: Connections,
  { controlId, at }: { readonly controlId: string; readonly at: Date },
): string {
  const head = { controlId, at, application, facility };
  const { characterSet: name } = results;
  if (results.protocol === "hl7") {
    const receiver = { receivingApplication: results.application, receivingFacility: results.facility };
    return characterSet(name).decode(writeResult(result, { ...head, ...receiver, characterSet: name }));
  }
  const text = writeRecords(result, { ...head, receiver: results.application });
  characterSet(name).encode(text); // told now, and not when it is sent
  return text;
}

/** Whether a message that was written before can be sent as the settings say now. */
export function fits(message: string, to: Connections["results"]): boolean {
  if (message.startsWith("{")) return to.protocol === "fhir";
  if (!message.startsWith("MSH")) return to.protocol === "astm";
  return to.protocol === "hl7" && message.split("\r", 1)[0]!.endsWith(`|${to.characterSet}`);
}

/** How a message is sent. */
export interface ExchangeOptions {
  readonly to: Connections["results"];
  readonly controlId: string;
  /** Of a FHIR server; empty without. */
  readonly token: string;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
}

/** Sends a message, and waits until it is acknowledged. */
export async function exchange(
  message: string,
  { to, controlId, token, signal, timeoutMs }: ExchangeOptions,
): Promise<Outcome> {
  try {
    if (to.protocol === "fhir") return httpOutcome(await sendFhir(message, { url: to.url, token, signal, timeoutMs }));
    const bytes = characterSet(to.characterSet).encode(message);
    const place = { host: to.host, port: to.port, isTls: to.isTls, signal, ...(timeoutMs && { timeoutMs }) };
    if (to.protocol === "hl7") return outcomeOf(await sendMllp(bytes, place), controlId);
    return ASTM_OUTCOMES[await sendAstm(bytes, place)];
  } catch (error) {
    return { state: "waiting", answer: null, fault: (error as Error).message };
  }
}

const ASTM_OUTCOMES: Readonly<Record<Awaited<ReturnType<typeof sendAstm>>, Outcome>> = {
  taken: { state: "sent", answer: "ACK", fault: null },
  busy: { state: "waiting", answer: null, fault: "the receiver is busy: it did not acknowledge ENQ" },
  refused: {
    state: "waiting",
    answer: "NAK",
    fault: "the receiver did not acknowledge a frame, which was sent six times",
  },
};

/** Answers that are about the way there, or about now, and not about what was sent. */
const PASSING: ReadonlySet<number> = new Set([401, 403, 404, 408, 425, 429, 502, 503, 504]);

/** What an answer over HTTP means. */
export function httpOutcome({ status, text, isDone }: FhirAnswer): Outcome {
  if (isDone) return { state: "sent", answer: text, fault: null };
  const fault = `the receiver answered ${status}${status >= 200 && status < 300 ? " without doing all of the transaction" : ""}`;
  // Tried again without end, as if nothing had answered.
  if (PASSING.has(status)) return { state: "waiting", answer: null, fault };
  return { state: status >= 500 ? "waiting" : "refused", answer: text, fault };
}

function outcomeOf(bytes: Buffer, controlId: string): Outcome {
  const answer = parseMessage(bytes);
  const said = segmentOf(answer, "MSA");
  const [code, id] = [textAt(said, "1"), textAt(said, "2")];
  const text = bytes.toString();
  if (id !== controlId)
    return { state: "waiting", answer: text, fault: `the answer is to the message "${id}", not ${controlId}` };
  if (code === "AA" || code === "CA") return { state: "sent", answer: text, fault: null };
  const why = [textAt(said, "3"), textAt(segmentOf(answer, "ERR"), "8")].find((part) => part !== "");
  const fault = `the receiver answered ${code || "nothing"}${why === undefined ? "" : `: ${why}`}`;
  // AR may pass: the receiver's system is down, or does not take messages now.
  return { state: code === "AE" || code === "CE" ? "refused" : "waiting", answer: text, fault };
}
