// One message out, and what its receiver says of it.

import { segmentOf, textAt } from "../../interfaces/hl7/message.ts";
import { parseMessage } from "../../interfaces/hl7/parseMessage.ts";
import { writeResult } from "../../interfaces/hl7/writeResult.ts";
import { sendMllp } from "../../interfaces/mllp/sendMllp.ts";
import type { Result } from "../../interfaces/result.ts";
import type { Connections } from "../../store/connections/connections.ts";

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
  const { characterSet } = results;
  const bytes = writeResult(result, {
    ...{ controlId, at, application, facility, characterSet },
    ...{ receivingApplication: results.application, receivingFacility: results.facility },
  });
  return bytes.toString(encodingOf(results));
}

const encodingOf = ({ characterSet }: Connections["results"]) => (characterSet === "8859/1" ? "latin1" : "utf8");

/** How a message is sent. */
export interface ExchangeOptions {
  readonly to: Connections["results"];
  readonly controlId: string;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
}

/** Sends a message, and waits for its acknowledgement. */
export async function exchange(
  message: string,
  { to, controlId, signal, timeoutMs }: ExchangeOptions,
): Promise<Outcome> {
  try {
    const bytes = Buffer.from(message, encodingOf(to));
    const { host, port } = to;
    const answer = await sendMllp(bytes, { host, port, signal, ...(timeoutMs && { timeoutMs }) });
    return outcomeOf(answer, controlId);
  } catch (error) {
    return { state: "waiting", answer: null, fault: (error as Error).message };
  }
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
