// Signed reports on their way to another system: each once in effect, whatever happens on the way.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startAstmHost } from "../../support/astm.ts";
import { fieldOf, freePort, orderMessage, type Receiver, sendAll, startReceiver } from "../../support/hl7.ts";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { pictures } from "../../support/pictures.ts";

let laboratory: TestLaboratory;
let receiver: Receiver;
beforeAll(async () => {
  laboratory = await startTestLaboratory({ retryMs: 10, timeoutMs: 150 });
  receiver = await startReceiver();
});
afterEach(() => {
  receiver.doing = () => "AA";
});
afterAll(async () => {
  await laboratory.close();
  await receiver.close();
});

const ask = (line: string, body?: unknown) => laboratory.ask(line, body);
const deliveries = async () => (await ask("GET deliveries")).body.deliveries;

async function set(change: { results?: object; orders?: object; [name: string]: unknown }): Promise<void> {
  const { listening: _, warnings: __, hasSecrets: ___, ...now } = (await ask("GET connections")).body;
  const { status, body } = await ask("PUT connections", {
    ...{ ...now, ...change },
    results: { ...now.results, ...change.results },
    orders: { ...now.orders, ...change.orders },
  });
  expect([status, body.error]).toEqual([200, undefined]);
}

async function until<T>(what: () => Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; ; tries++) {
    const found = await what();
    if (found) return found;
    if (tries > 400) throw new Error(`not there after ${tries} looks: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ended = (id: string, state = "sent") =>
  until(async () =>
    (await deliveries()).find((one: { case: string; state: string }) => one.case === id && one.state === state),
  );

async function label(id: string, cells = 4): Promise<void> {
  const { body } = await laboratory.upload(id, await pictures(cells));
  await laboratory.settled(id);
  const changes = body.added.map((cell: { id: string }, i: number) => ({
    ...{ cell: cell.id, label: i === 0 ? "Lymphocyte" : "Neutrophil" },
  }));
  await ask(`POST cases/${id}/labels`, { changes });
}

async function signed(name: string, more: object = {}): Promise<string> {
  const { id } = (await ask("POST cases", { name, ...more })).body;
  await label(id);
  await sign(id);
  return id;
}

const sign = async (id: string) => {
  const { status, body } = await ask(`POST cases/${id}/sign`, { meaning: "seen", despite: "a test" });
  expect([status, body.error]).toEqual([200, undefined]);
};

describe.sequential("results", () => {
  test("are not queued before an admin says where they go", async () => {
    const id = await signed("early");
    expect(await deliveries()).toEqual([]);
    const { body } = await ask(`GET connections/preview?case=${id}`);
    expect(body.notes).toEqual([
      "The control id is chosen when the result is queued.",
      "Results are not sent: the connection is off.",
    ]);
    await set({
      results: { isOn: true, port: receiver.port, application: "LIS", facility: "HOSPITAL" },
      address: "https://smears.example/",
    });
    expect(await deliveries()).toEqual([]);
  });

  test("answer their order: its numbers and patient, a coded value for each class, its range, flag and interval", async () => {
    const port = await freePort();
    const codes = [
      { sender: "LIS@HOSPITAL", code: "DIFF", text: "Differential", loinc: "69738-3" },
      { sender: "LIS@HOSPITAL", code: "NEUT", text: "Neutrophils", loinc: "26511-6" },
    ];
    await set({ orders: { isOn: true, port }, codes });
    await sendAll(port, [orderMessage({ id: "O-1" })]);
    const [order] = (await ask("GET orders")).body.orders;
    const { id } = (await ask(`POST orders/${order.id}/case`, {})).body;
    await ask(`PATCH cases/${id}`, { leukocytes: 6.2, comment: "Line 1\nA|B^C" });
    await label(id);
    const { body } = await ask(`GET connections/preview?case=${id}`);
    expect(body.notes).toContain("The case is not signed: its values, times and signers may change.");
    await sign(id);
    const { message, answer, controlId, tries } = await ended(id);
    expect(receiver.all.at(-1)).toEqual(message);
    expect(tries).toBe(1);
    expect(answer[1]).toBe(`MSA|AA|${controlId}|`);
    const of = (name: string) => message.filter((line: string) => line.startsWith(`${name}|`));
    expect(message[0]).toBe(
      `MSH|^~\\&|LEUKOGRAM||LIS|HOSPITAL|20261126090000+0000||ORU^R01^ORU_R01|${controlId}|P|2.5.1||||||UNICODE UTF-8`,
    );
    expect(message[1]).toBe("PID|1||4711^^^HOSPITAL||Müller^Anna Maria||19800229|F");
    expect(message[2]).toBe("ORC|RE|P-9|26-0815");
    expect(message[3]).toBe(
      "OBR|1|P-9|26-0815|DIFF^Differential blood count^L^69738-3^^LN|||20261130083000+0000|||||||||||||||20261126090000+0000|||F|||||||local",
    );
    expect(of("NTE")[0]).toMatch(/^NTE\|1\|L\|These cells do not look like the model's training images: /);
    expect(of("NTE")[1]).toBe("NTE|2|L|Research use only; not a medical device. 4 cells counted.");
    expect(of("NTE").join()).toContain("|L|Comment: Line 1\\.br\\A\\F\\B\\S\\C,NTE|");
    const values = of("OBX").map((line: string) => line.split("|").slice(2, 9).join("|"));
    expect(values).toContain(
      "NM|26511-6^Neutrophils/100 leukocytes in Blood^LN^NEUT^Neutrophils^L||75|%^%^UCUM|40-75|N",
    );
    expect(
      values.some((line: string) =>
        /^NM\|26464-8\^.*\^LN\|\|6\.2\|10\*9\/L\^10\*9\/L\^UCUM\|[\d.]+-[\d.]+\|N$/.test(line),
      ),
    ).toBe(true);
    expect(values.some((line: string) => line.startsWith("NM|26474-7^"))).toBe(true);
    expect(values).toContain("NM|unidentified^Unidentified cells^L||0|{cells}^{cells}^UCUM||");
    const rest = of("OBX").map((line: string) => line.split("|").slice(11).join("|"));
    expect(new Set(rest)).toEqual(new Set(["F|||20261130083000+0000||local||cnn-anylab"]));
    const [report] = (await ask(`GET cases/${id}/reports`)).body.reports;
    expect(values.at(-1)).toBe(
      `RP|Report^Signed report^L||https://smears.example/api/v1/reports/${report.id}^^TEXT^HTML|||`,
    );
    const again = await ask(`GET connections/preview?case=${id}`);
    expect(again.body).toEqual({ lines: message, notes: [] });
  });

  test("are sent again until they are taken, the same each time, and those after them wait for their turn", async () => {
    const before = receiver.all.length;
    const answers = ["silent", "cut", "wrong id", "AR", "AA"] as const;
    let next = 0;
    receiver.doing = () => answers[next++] ?? "AA";
    const [first, second] = [await signed("first"), await signed("second")];
    const [one, two] = [await ended(first), await ended(second)];
    expect([one.tries, two.tries]).toEqual([5, 1]);
    const ids = receiver.all.slice(before).map((segments) => fieldOf(segments, "MSH-10"));
    expect(ids).toEqual([...Array(5).fill(one.controlId), two.controlId]);
    const [sent] = [new Set(receiver.all.slice(before, before + 5).map((segments) => segments.join("\r")))];
    expect(sent.size).toBe(1);
    expect(fieldOf(one.message, "PID-1")).toBeUndefined();
    expect(fieldOf(one.message, "OBR-3")).toBe("first");
    expect(fieldOf(one.message, "OBR-4")).toBe("69738-3^Differential panel, method unspecified - Blood^LN");
  });

  test("say why they wait: no answer, an answer to another message, no program at that port", async () => {
    const fault = (id: string, words: string) =>
      until(async () =>
        (await deliveries()).find(
          (one: { case: string; fault: string | null }) => one.case === id && one.fault?.includes(words),
        ),
      );
    receiver.doing = () => "silent";
    const id = await signed("waiting");
    await fault(id, "did not answer the message: no answer within 0.15 s");
    receiver.doing = () => "wrong id";
    await fault(id, 'the answer is to the message "other", not');
    const unused = await freePort();
    await set({ results: { port: unused } });
    await fault(id, "ECONNREFUSED");
    receiver.doing = () => "AA";
    await set({ results: { port: receiver.port } });
    await ended(id);
  });

  test("that are refused let the next ones through, and are written again when a user sends them again", async () => {
    receiver.doing = (segments) => (fieldOf(segments, "OBR-3") === "bad" ? "AE" : "AA");
    const id = await signed("bad");
    const refused = await ended(id, "refused");
    expect([refused.tries, refused.fault]).toEqual([1, "the receiver answered AE: not today"]);
    await ended(await signed("good"));
    receiver.doing = () => "AA";
    await set({ facility: "LAB" });
    expect((await ask(`POST deliveries/${refused.id}/send`, {})).status).toBe(200);
    const sent = await ended(id);
    expect([sent.controlId, fieldOf(sent.message, "MSH-4")]).toEqual([refused.controlId, "LAB"]);
    // What was taken goes out as it was.
    await set({ facility: "" });
    const before = receiver.all.length;
    await ask(`POST deliveries/${refused.id}/send`, {});
    await until(async () => receiver.all.length > before);
    expect(receiver.all.at(-1)).toEqual(sent.message);
    await ended(id);
    expect((await ask(`POST deliveries/${id}/send`, {})).body.error.message).toBe("no such delivery");
  });

  test("that the receiver can't take now are given up after some tries", async () => {
    receiver.doing = () => "AR";
    const id = await signed("busy");
    const refused = await ended(id, "refused");
    expect([refused.tries, refused.fault]).toEqual([8, "the receiver answered AR: not today"]);
  });

  test("that can't be written in the receiver's characters are refused, and the signature stays", async () => {
    await set({ results: { characterSet: "8859/1" } });
    const id = await signed("Łódź");
    const refused = await ended(id, "refused");
    expect(refused.fault).toContain("the character Ł is not in the character set 8859/1");
    const latin = await ended(await signed("Köln"));
    expect(fieldOf(latin.message, "OBR-3")).toBe("Köln");
    expect(fieldOf(latin.message, "MSH-18")).toBe("8859/1");
    await set({ results: { characterSet: "UNICODE UTF-8" } });
    expect((await ask(`GET cases/${id}`)).body.status).toBe("signed");
  });

  test("of an amendment are corrections, and of a void case withdrawn", async () => {
    const id = await signed("amended");
    await ended(id);
    await ask(`POST cases/${id}/amend`, { reason: "one cell looked at again" });
    await sign(id);
    await ask(`POST cases/${id}/void`, { reason: "wrong tube" });
    const all = await until(async () => {
      const of = (await deliveries()).filter((one: { case: string }) => one.case === id);
      return of.length === 3 && of.every(({ state }: { state: string }) => state === "sent") && of.reverse();
    });
    const seen = all.map(({ kind, number, message }: { kind: string; number: number; message: string[] }) => [
      ...[kind, number, fieldOf(message, "OBX-11"), fieldOf(message, "OBR-25")],
    ]);
    expect(seen).toEqual([
      ["report", 1, "F", "F"],
      ["report", 2, "C", "C"],
      ["void", 2, "W", "C"],
    ]);
    expect(all[1].message.join()).toContain("|Amended: one cell looked at again");
    expect(all[2].message.join()).toContain("|Void: wrong tube");
    expect((await ask("GET trail/verify")).body.isWhole).toBe(true);
    const { events } = (await ask("GET trail?limit=1000")).body;
    expect(new Set(events.map(({ kind }: { kind: string }) => kind))).toContain("result.sent");
  });

  test("give their PDF by its address, or hold it", async () => {
    await set({ results: { report: "pdf" } });
    const linked = await ended(await signed("linked"));
    const last = (lines: readonly string[]) => lines.findLast((line) => line.startsWith("OBX|"))!.split("|");
    expect(last(linked.message)[5]).toMatch(/^https:\/\/smears\.example\/api\/v1\/reports\/[\w-]{36}\.pdf\^\^AP\^PDF$/);
    await set({ results: { report: "embedded" } });
    const id = await signed("embedded");
    const { message } = await ended(id);
    const [, , kind, code, , value] = last(receiver.all.at(-1)!);
    const data = value!.split("^")[4];
    expect([kind, code, value]).toEqual(["ED", "Report^Signed report^L", `^AP^PDF^Base64^${data}`]);
    const [report] = (await ask(`GET cases/${id}/reports`)).body.reports;
    const { raw } = await ask(`GET reports/${report.id}.pdf`);
    expect(Buffer.from(data!, "base64").equals(raw)).toBe(true);
    expect(raw.subarray(0, 5).toString()).toBe("%PDF-");
    // Lists have how long it is.
    expect(last(message)[5]).toBe(`^AP^PDF^Base64^(${data!.length} characters)`);
    await set({ results: { report: "page" } });
  });

  test("go out by ASTM, too, in the same order and with the same patience", async () => {
    const host = await startAstmHost();
    let bad = 3;
    host.doing = (what) =>
      bad-- > 0 ? (["NAK", "cut", "silent"] as const)[bad]! : what.startsWith("O|") ? "EOT" : "ACK";
    await set({ results: { protocol: "astm", port: host.port } });
    const id = await signed("by ASTM", { leukocytes: 5 });
    const { message, answer, controlId, kind } = await ended(id);
    expect([answer, kind]).toEqual([["ACK"], "report"]);
    await expect.poll(() => host.messages.length).toBe(1);
    expect(host.messages).toEqual([message]);
    expect(message[0].startsWith(`H|\\^&|${controlId}||LEUKOGRAM|`)).toBe(true);
    expect(message.some((line: string) => /^R\|\d+\|26511-6\^.*\|75\|%\|40-75\|N\|\|F\|\|local\|/.test(line))).toBe(
      true,
    );
    expect(host.faults).toEqual([]);
    host.doing = () => "NAK";
    const busy = await signed("busy host");
    await until(async () =>
      (await deliveries()).find(
        (one: { case: string; fault: string | null }) =>
          one.case === busy && one.fault?.includes("did not acknowledge ENQ"),
      ),
    );
    host.doing = (what) => (what.startsWith("R|") ? "NAK" : "ACK");
    const refused = await ended(busy, "refused");
    expect(refused.fault).toBe("the receiver did not acknowledge a frame, which was sent six times");
    // What was written for one protocol is written again for the other.
    await set({ results: { protocol: "hl7", port: receiver.port } });
    await ask(`POST deliveries/${refused.id}/send`, {});
    expect((await ended(busy)).message[0]).toContain(`|ORU^R01^ORU_R01|${refused.controlId}|`);
    await host.close();
  });

  test("wait for the second signature, if two are needed", async () => {
    const { id } = (await ask("POST cases", { name: "two", signers: 2 })).body;
    await label(id);
    await sign(id);
    expect((await deliveries()).filter((one: { case: string }) => one.case === id)).toEqual([]);
  });
});
