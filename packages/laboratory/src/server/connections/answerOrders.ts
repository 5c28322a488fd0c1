// What the listener does with a message: orders are kept, and acknowledged after that.
import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { acknowledge, type Refusal } from "../../interfaces/hl7/acknowledge.ts";
import { hl7Time } from "../../interfaces/hl7/hl7Time.ts";
import { DELIMITERS, type Message, makeHeader, textAt } from "../../interfaces/hl7/message.ts";
import { parseHeader, parseMessage } from "../../interfaces/hl7/parseMessage.ts";
import { parseOrders, senderOf } from "../../interfaces/hl7/parseOrders.ts";
import { uuidOf } from "../../interfaces/uuidOf.ts";
import { receiveOrders } from "../../store/connections/orders.ts";
import type { Store } from "../../store/store.ts";

/** Messages that are taken. */
const TYPES: ReadonlySet<string> = new Set(["OML^O21", "ORM^O01"]);

/** What may be otherwise when the same message comes again. */
const PASSING: ReadonlySet<string> = new Set(["ERR_DATABASE", "ERR_OUTPUT", "ERR_ABORTED"]);

/** Takes a message of orders, and gives its acknowledgement. @param onError told of faults that are not the sender's */
export async function answerOrders(store: Store, bytes: Buffer, onError: (error: unknown) => void): Promise<Buffer> {
  let message: Message = { delimiters: DELIMITERS, segments: [makeHeader({})] };
  let refusal: Refusal | undefined;
  try {
    // The header first: what is wrong after it is answered under its control id.
    message = parseHeader(bytes);
    refusal = refusalOf(message);
    if (refusal === undefined) await keep(store, parseMessage(bytes));
  } catch (error) {
    refusal = asRefusal(error);
    if (refusal.code === "AR") onError(error);
  }
  const at = hl7Time(store.now());
  return acknowledge(message, { refusal, at, id: randomUUID().replaceAll("-", "").slice(0, 20).toUpperCase() });
}

/** Why the message is not looked into. */
function refusalOf({ segments: [header] }: Message): Refusal | undefined {
  const [type, mode, version] = [
    `${textAt(header, "9.1")}^${textAt(header, "9.2")}`,
    textAt(header, "11"),
    textAt(header, "12"),
  ];
  if (textAt(header, "10") === "")
    return { code: "AE", condition: "101", text: "MSH-10 is empty: send a control id with each message" };
  if (!TYPES.has(type))
    return { code: "AR", condition: "200", text: `MSH-9: ${type} is not taken here; send OML^O21 or ORM^O01` };
  if (mode !== "P")
    return { code: "AR", condition: "202", text: `MSH-11: processing id "${mode}" is not taken here; send P` };
  if (!/^2\.[3-8](\.\d)?$/.test(version))
    return { code: "AR", condition: "203", text: `MSH-12: version "${version}" is not taken here; send 2.3 to 2.8` };
  return undefined;
}

async function keep(store: Store, message: Message): Promise<void> {
  const requests = parseOrders(message);
  const control = textAt(message.segments[0], "10");
  const sender = senderOf(message);
  // A message that comes again has the key of the first.
  const key = uuidOf([sender, control]);
  await receiveOrders(
    store,
    { actor: `hl7:${sender}`, key, kind: "orders.received", asks: { control, requests } },
    requests,
  );
}

function asRefusal(error: unknown): Refusal {
  if (!(error instanceof LeukogramError) || PASSING.has(error.code))
    return { code: "AR", condition: "207", text: "the message can't be kept now; send it again" };
  if (error.code === "ERR_KEY")
    return { code: "AE", condition: "205", text: "MSH-10: this control id was used for another message" };
  const text = [error.reason.replace(/\.$/, ""), error.hint ?? ""].filter((part) => part !== "").join(". ");
  return { code: "AE", condition: error.code === "ERR_FORMAT" ? "102" : "207", text };
}
