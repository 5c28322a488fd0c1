// Orders of a hospital's system: over its connection into the worklist, each once, and from there into cases.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fieldOf, freePort, type OrderText, orderMessage, sendAll } from "../../support/hl7.ts";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { pictures } from "../../support/pictures.ts";

let laboratory: TestLaboratory;
let port: number;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
  port = await freePort();
});
afterAll(() => laboratory.close());

const ask = (line: string, body?: unknown) => laboratory.ask(line, body);
const send = async (text: OrderText) => (await sendAll(port, [orderMessage(text)]))[0]!;
const said = async (text: OrderText) => {
  const answer = await send(text);
  return [fieldOf(answer, "MSA-1"), fieldOf(answer, "MSA-2"), fieldOf(answer, "MSA-3")];
};
const orders = async (query = "") => (await ask(`GET orders${query}`)).body.orders;

describe.sequential("orders", () => {
  test("are not taken before an admin says so, and then at loopback; a place that is taken is said", async () => {
    const { body } = await ask("GET connections");
    expect(body.orders).toEqual({ isOn: false, host: "127.0.0.1", port: 2575, isTls: false, senders: [] });
    expect(body.listening).toEqual({ port: null, fault: null });
    await expect(sendAll(port, [orderMessage()])).rejects.toThrow("ECONNREFUSED");
    const { listening: _, warnings, ...settings } = body;
    expect(warnings).toEqual([]);
    const address = new URL(await laboratory.app.listen({ port: 0 }));
    const set = (orders: object) => ask("PUT connections", { ...settings, orders });
    const taken = await set({ isOn: true, host: "127.0.0.1", port: Number(address.port) });
    expect(taken.body.listening).toEqual({
      port: null,
      fault: `127.0.0.1:${address.port} is in use by another program; choose another port`,
    });
    const elsewhere = await set({ isOn: true, host: "192.0.2.1", port });
    expect(elsewhere.body.listening.fault).toBe(`192.0.2.1:${port} is not an address of this machine`);
    const open = await set({ isOn: true, host: "0.0.0.0", port });
    expect(open.body.warnings).toEqual([
      `Orders are taken at 0.0.0.0, which other machines can reach: anyone who reaches port ${port} can send orders, and they travel unencrypted. Use a closed network, or a tunnel to 127.0.0.1.`,
    ]);
    const { body: on } = await set({ isOn: true, host: "127.0.0.1", port });
    expect([on.listening, on.warnings]).toEqual([{ port, fault: null }, []]);
    expect((await set({ isOn: true, host: "", port: 0 })).status).toBe(400);
    const wrong = await set({ isOn: true, host: "127.0.0.1", port, senders: ["lis.example"] });
    expect(wrong.body.error.message).toContain("expected an address such as 10.1.2.3, or a net such as 10.1.0.0/16");
    const bare = await set({ isOn: true, host: "127.0.0.1", port, isTls: true });
    expect(bare.body.listening.fault).toContain("TLS needs --tls-cert and --tls-key of serve");
    await set({ isOn: true, host: "127.0.0.1", port });
    const codes = [{ sender: "LIS@HOSPITAL", code: "DIFF", text: "", loinc: "69738-2" }];
    const refused = await ask("PUT connections", { ...settings, codes });
    expect(refused.body.error.message).toContain("is not a code of LOINC, such as 69738-3");
    const named = await ask("PUT connections", { ...settings, facility: "A^B" });
    expect(named.body.error.message).toContain("must not contain | ^ ~");
    const loinc = [{ ...codes[0], loinc: "69738-3" }];
    expect((await ask("PUT connections", { ...settings, codes: loinc, orders: on.orders })).status).toBe(200);
  });

  test("become lines of the worklist, and are acknowledged under their control id in the sender's names", async () => {
    const answer = await send({ id: "C-1" });
    const msh = (field: number) => fieldOf(answer, `MSH-${field}`);
    expect([3, 4, 5, 6, 9, 11, 12, 18].map(msh)).toEqual([
      ...["LEUKOGRAM", "", "LIS", "HOSPITAL", "ORL^O22^ORL_O22", "P", "2.5.1", "UNICODE UTF-8"],
    ]);
    expect(answer[1]).toBe("MSA|AA|C-1");
    expect(await orders("?open=true")).toEqual([
      {
        id: expect.any(String),
        ...{ accession: "26-0815", sender: "LIS@HOSPITAL", placer: "P-9", patientId: "4711", assigner: "HOSPITAL" },
        ...{ patient: "Müller, Anna Maria", birthDate: "1980-02-29", sex: "F", priority: "S", status: "requested" },
        ...{ requestedAt: "2026-11-30T10:00:00.000Z", collectedAt: "2026-11-30T08:30:00.000Z" },
        service: { code: "DIFF", text: "Differential blood count", system: "L" },
        ...{ loinc: "69738-3", receivedAt: "2026-11-26T09:00:00.000Z", case: null },
      },
    ]);
    const { events } = (await ask("GET trail?limit=1000")).body;
    expect(events.at(-1)).toMatchObject({ kind: "orders.received", actor: "hl7:LIS@HOSPITAL" });
  });

  test("that come again are acknowledged again and are there once; another message under the same control id is refused", async () => {
    expect(await said({ id: "C-1" })).toEqual(["AA", "C-1", undefined]);
    expect(await orders()).toHaveLength(1);
    const { events } = (await ask("GET trail?limit=1000")).body;
    expect(events.filter(({ kind }: { kind: string }) => kind === "orders.received")).toHaveLength(1);
    const answer = await send({ id: "C-1", accession: "26-0816" });
    expect(answer.slice(1)).toEqual([
      "MSA|AE|C-1|MSH-10: this control id was used for another message",
      "ERR|||205^Duplicate key identifier^HL70357|E||||MSH-10: this control id was used for another message",
    ]);
    expect(await orders()).toHaveLength(1);
  });

  test("of ORM^O01, of several in a message and of several messages on a connection are taken too", async () => {
    const two = orderMessage({ type: "ORM^O01", id: "C-2", accession: "26-0900", version: "2.3" }).replace(
      /SPM.*\r/,
      "ORC|NW|P-10\rOBR|2|P-10||26464-8^Leukocytes^LN\rORC|NW|P-11\rOBR|3|P-11|26-0900|RET^Reticulocytes^L\r",
    );
    const answers = await sendAll(port, [
      two,
      orderMessage({ id: "C-3", accession: "26-0901", name: "Ng", birth: "" }),
    ]);
    expect(answers.map((answer) => [fieldOf(answer, "MSA-1"), fieldOf(answer, "MSA-2")])).toEqual([
      ["AA", "C-2"],
      ["AA", "C-3"],
    ]);
    expect(fieldOf(answers[0]!, "MSH-9")).toBe("ORR^O02^ORR_O02");
    const all = await orders("?open=true");
    const lines = all.map(({ accession, patient, birthDate, loinc, service }: Record<string, unknown>) => [
      ...[accession, patient, birthDate, loinc, (service as { code: string }).code],
    ]);
    expect(lines).toEqual([
      ["26-0815", "Müller, Anna Maria", "1980-02-29", "69738-3", "DIFF"],
      ["26-0900", "Müller, Anna Maria", "1980-02-29", "69738-3", "DIFF"],
      ["26-0901", "Ng", null, "69738-3", "DIFF"],
      ["P-10", "Müller, Anna Maria", "1980-02-29", "26464-8", "26464-8"],
    ]);
    expect((await orders("?accession=26-09")).map(({ accession }: { accession: string }) => accession)).toEqual([
      ...["26-0901", "26-0900"],
    ]);
  });

  test.each<[OrderText, readonly string[]]>([
    [{ type: "ADT^A01" }, ["AR", "MSH-9: ADT^A01 is not taken here; send OML^O21 or ORM^O01"]],
    [{ type: "OML^O33^OML_O33" }, ["AR", "MSH-9: OML^O33 is not taken here"]],
    [{ mode: "T" }, ["AR", 'MSH-11: processing id "T" is not taken here; send P']],
    [{ version: "3.0" }, ["AR", 'MSH-12: version "3.0" is not taken here; send 2.3 to 2.8']],
    [{ control: "RU" }, ["AE", 'ORC-1: the order control "RU" is not supported']],
    [{ patient: "" }, ["AE", "PID-3 is empty"]],
    [{ birth: "19801301" }, ["AE", 'PID-7: "19801301" is not a date or time']],
    [{ birth: "198" }, ["AE", 'PID-7: "198" is not a date or time']],
    [{ service: "" }, ["AE", "OBR-4 is empty"]],
    [{ accession: "9".repeat(201) }, ["AE", "an accession number has more than 200 characters"]],
    [{ name: `Lee^${"A".repeat(400)}` }, ["AE", "PID-5 has more than 400 characters"]],
    [{ patient: "9999" }, ["AE", "the accession number 26-0815 belongs to another patient"]],
    [{ control: "CA", accession: "26-7777" }, ["AE", "no order has the accession number 26-7777"]],
    [{ name: "\\Q\\" }, ["AE", "the escape sequence \\E\\Q\\E\\ is not supported"]],
    [{ id: "" }, ["AE", "MSH-10 is empty: send a control id with each message"]],
  ])("refused: %j", async (text, [code, words]) => {
    const id = text.id ?? `R-${JSON.stringify(text).length}-${code}-${words!.length}`;
    const answer = await said({ id, ...text });
    expect(answer.slice(0, 2)).toEqual([code, id]);
    expect(answer[2]!.replaceAll("\\S\\", "^")).toContain(words);
  });

  test("in a character set that is not supported are refused by its name, under their control id", async () => {
    const text = orderMessage({ id: "J-1" });
    const [other, none, bad] = await sendAll(port, [
      text.replace("UNICODE UTF-8", "ISO IR87").replace("|LIS|", "|Lüs|"),
      text.replace("UNICODE UTF-8", ""),
      text.replace("|P|2.5.1", "|\\Q\\|2.5.1"),
    ]);
    expect(other!.slice(0, 2)).toEqual([
      expect.stringMatching(/^MSH\|\^~\\&\|LEUKOGRAM\|\|L.+s\|HOSPITAL\|.*\|8859\/1$/),
      "MSA|AE|J-1|HL7 message: the character set ISO IR87 (MSH-18) is not supported. Send UNICODE UTF-8 or 8859/1.",
    ]);
    expect(none![1]).toContain("MSA|AE|J-1|HL7 message: its bytes are not ASCII");
    expect(bad![1]).toContain("MSA|AE||HL7 message: MSH-11: the escape sequence");
  });

  test("whose segments are missing are refused", async () => {
    const whole = orderMessage({ id: "M-1" });
    const without = (pattern: RegExp) => whole.replace(pattern, "");
    const answers = await sendAll(port, [
      without(/PID.*?\r/),
      without(/OBR.*?\r/),
      without(/ORC.*?\r/),
      whole.replace("MSH|^~\\&|LIS|HOSPITAL", "MSH|^~\\&||"),
      whole.replaceAll("P-9", "").replace("26-0815", "").replace("S-1", ""),
      "not HL7",
    ]);
    expect(answers.map((answer) => fieldOf(answer, "MSA-3"))).toEqual([
      expect.stringContaining("it has 0 PID segments"),
      expect.stringContaining("it has no OBR segment"),
      expect.stringContaining("an OBR has no ORC before it"),
      expect.stringContaining("MSH-3 is empty"),
      expect.stringContaining("an order has no accession number"),
      expect.stringContaining("it does not begin with MSH"),
    ]);
  });

  test("that change are changed, and those that are cancelled leave the worklist", async () => {
    expect(await said({ id: "C-4", control: "XO", accession: "26-0900", name: "Mueller^Anna" })).toEqual([
      ...["AA", "C-4", undefined],
    ]);
    expect((await orders("?accession=26-0900"))[0].patient).toBe("Mueller, Anna");
    expect(await said({ id: "C-5", control: "CA", accession: "26-0900" })).toEqual(["AA", "C-5", undefined]);
    const [cancelled] = await orders("?accession=26-0900");
    expect(cancelled.status).toBe("cancelled");
    expect(await orders("?open=true&accession=26-0900")).toEqual([]);
    const { status, body } = await ask(`POST orders/${cancelled.id}/case`, {});
    expect([status, body.error.message]).toEqual([409, "the order 26-0900 was cancelled"]);
  });

  test("become cases with their patient, once", async () => {
    const [order] = await orders("?accession=26-0815");
    const { body } = await ask(`POST orders/${order.id}/case`, {});
    expect(body).toMatchObject({
      ...{ name: "26-0815", age: 46, patient: "Müller, Anna Maria", birthDate: "1980-02-29", order: order.id },
    });
    expect((await orders("?accession=26-0815"))[0].case).toEqual({ id: body.id, name: "26-0815", status: "open" });
    const again = await ask(`POST orders/${order.id}/case`, {});
    expect([again.status, again.body.error.message]).toEqual([409, "the order 26-0815 has a case: 26-0815"]);
    await ask(`POST cases/${body.id}/void`, { reason: "wrong tube" });
    expect((await ask(`POST orders/${order.id}/case`, {})).status).toBe(200);
    expect((await ask(`POST orders/${body.id}/case`, {})).body.error.message).toBe("no such order");
  });

  test("stand against a signature if their patient is another than the case's, or they are cancelled", async () => {
    const [order] = await orders("?accession=26-0815");
    const id = order.case.id;
    const { body } = await laboratory.upload(id, await pictures(1));
    // The laboratory's own way ends at the faults of this file.
    while ((await ask(`GET cases/${id}`)).body.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await ask(`POST cases/${id}/labels`, { changes: [{ cell: body.added[0].id, label: "Monocyte" }] });
    await ask("PUT rules", { leastCells: 1, mostUnidentified: 1 });
    const against = async () => (await ask(`GET cases/${id}/signing`)).body.obstacles;
    expect(await against()).toEqual([]);
    await ask(`PATCH cases/${id}`, { patient: "MÜLLER  anna Maria" });
    expect(await against()).toEqual([]);
    await ask(`PATCH cases/${id}`, { patient: "Müller, Anna", birthDate: null });
    const text =
      "The order 26-0815 is for Müller, Anna Maria, born 1980-02-29, but the case is of Müller, Anna, birth date not known.";
    expect(await against()).toEqual([{ kind: "order", text, takesReason: true }]);
    expect((await ask(`POST cases/${id}/sign`, { meaning: "seen" })).body.error.message).toBe(
      `this stands against a signature: ${text.slice(0, -1)}`,
    );
    expect(await said({ id: "C-6", control: "CA" })).toEqual(["AA", "C-6", undefined]);
    expect((await against())[0].text).toBe(`The order 26-0815 was cancelled. ${text}`);
    const signed = await ask(`POST cases/${id}/sign`, { meaning: "seen", despite: "the same person by telephone" });
    const { content } = (await ask(`GET reports/${signed.body.id}.json`)).body;
    expect(content.despite.overrides).toEqual([`The order 26-0815 was cancelled. ${text}`]);
    expect(content.order).toMatchObject({ accession: "26-0815", placer: "P-9", family: "Müller" });
    expect([content.case.patient, content.case.birthDate]).toEqual(["Müller, Anna", null]);
    const html = (await ask(`GET reports/${signed.body.id}`)).raw.toString();
    expect(html).toContain("Müller, Anna");
    expect(html).toContain("26-0815");
    expect((await said({ id: "C-7", control: "CA" }))[2]).toContain("the order 26-0815 is already reported");
    expect((await ask("GET trail/verify")).body.isWhole).toBe(true);
  });

  test("are refused for now, and not for good, while the database is away", async () => {
    const { transaction } = laboratory.store.database;
    const { LeukogramError } = await import("@leukogram/engine/core/errors");
    Object.assign(laboratory.store.database, {
      transaction: () => Promise.reject(new LeukogramError("ERR_DATABASE", "the database can't be reached")),
    });
    const away = await said({ id: "C-8", accession: "26-1000" });
    Object.assign(laboratory.store.database, { transaction });
    expect(away).toEqual(["AR", "C-8", "the message can't be kept now; send it again"]);
    expect((await said({ id: "C-8", accession: "26-1000" }))[0]).toBe("AA");
  });
});
