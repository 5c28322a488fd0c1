// Reports to a FHIR server: transactions that may come twice, and later versions that take the place of earlier ones.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fhirFaults } from "../../support/fhirFaults.ts";
import { type FhirServer, startFhirServer } from "../../support/fhirServer.ts";
import { freePort, orderMessage, sendAll } from "../../support/hl7.ts";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { pictures } from "../../support/pictures.ts";

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
type Any = any;

let laboratory: TestLaboratory;
let fhir: FhirServer;
beforeAll(async () => {
  laboratory = await startTestLaboratory({ retryMs: 10, timeoutMs: 300 });
  fhir = await startFhirServer();
});
afterEach(() => {
  fhir.doing = () => "do";
});
afterAll(async () => {
  await laboratory.close();
  await fhir.close();
});

const ask = (line: string, body?: unknown) => laboratory.ask(line, body);

async function set(change: { results?: object; [name: string]: unknown }) {
  const { listening: _, warnings: __, hasSecrets: ___, ...now } = (await ask("GET connections")).body;
  return await ask("PUT connections", { ...now, ...change, results: { ...now.results, ...change.results } });
}

async function label(id: string, labels: readonly string[]): Promise<void> {
  const { body } = await laboratory.upload(id, await pictures(labels.length));
  await laboratory.settled(id);
  const cells = body.added.length > 0 ? body.added : (await ask(`GET cases/${id}/cells`)).body.cells;
  await ask(`POST cases/${id}/labels`, {
    changes: cells.map((cell: Any, i: number) => ({ cell: cell.id, label: labels[i] })),
  });
}

const LABELS = ["Neutrophil", "Neutrophil", "Lymphocyte", "Unidentified", "Artefact", "Smudge"];

async function sign(id: string): Promise<string> {
  const { status, body } = await ask(`POST cases/${id}/sign`, { meaning: "seen", despite: "a test" });
  expect([status, body.error]).toEqual([200, undefined]);
  return body.id;
}

async function signed(name: string): Promise<string> {
  const { id } = (await ask("POST cases", { name, leukocytes: 5 })).body;
  await label(id, LABELS);
  await sign(id);
  return id;
}

async function until(id: string, found: (one: Any) => boolean): Promise<Any> {
  for (let tries = 0; tries < 400; tries++) {
    const one = (await ask("GET deliveries")).body.deliveries.find((row: Any) => row.case === id && found(row));
    if (one !== undefined) return one;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("no such delivery");
}
const ended = (id: string, { number = 1, state = "sent", kind = "report" } = {}) =>
  until(id, (one) => one.number === number && one.state === state && one.kind === kind);

describe.sequential("FHIR", () => {
  test("needs an address, and keeps its token out of answers and the trail", async () => {
    const refused = await set({ results: { isOn: true, protocol: "fhir" } });
    expect(refused.body.error.message).toBe("results are to be sent by FHIR, but the server has no address");
    const port = await freePort();
    const { status, body } = await set({
      results: { isOn: true, protocol: "fhir", url: fhir.url },
      orders: { isOn: true, host: "127.0.0.1", port },
      ...{ address: "https://smears.example", secrets: { results: "s3cret-token" } },
      systems: [{ name: "HOSPITAL", uri: "urn:oid:2.999.7" }],
    });
    expect([status, body.hasSecrets]).toEqual([200, { results: true, webhook: false }]);
    const trail = JSON.stringify((await ask("GET trail?limit=1000")).body);
    expect([JSON.stringify(body), trail].some((text) => text.includes("s3cret"))).toBe(false);
    expect(trail).toContain('"secrets":["results"]');
    expect((await set({ results: { url: "http://fhir.example/r4" } })).body.warnings.join()).toContain(
      "fhir.example unencrypted",
    );
    await set({ results: { url: fhir.url } });
    await sendAll(port, [orderMessage({ id: "F-1" })]);
  });

  test("a report goes out with its patient, order, specimen and time, and every rule of R4 holds", async () => {
    const [order] = (await ask("GET orders")).body.orders;
    const { id } = (await ask(`POST orders/${order.id}/case`, {})).body;
    await label(id, LABELS);
    const report = await sign(id);
    await ended(id);
    const { bundle, authorization } = fhir.all.at(-1)!;
    expect(authorization).toBe("Bearer s3cret-token");
    expect(fhirFaults(bundle)).toEqual([]);
    const of = (type: string) => bundle.entry.filter(({ resource }: Any) => resource.resourceType === type);
    const [patient, specimen, main] = [of("Patient")[0], of("Specimen")[0], of("DiagnosticReport")[0]];
    expect(patient.resource).toMatchObject({
      identifier: [{ system: "urn:oid:2.999.7", value: "4711", assigner: { display: "HOSPITAL" } }],
      ...{ name: [{ family: "Müller", given: ["Anna", "Maria"] }], birthDate: "1980-02-29", gender: "female" },
    });
    // The hospital's own patient is never overwritten.
    expect(patient.request).toEqual({
      method: "POST",
      url: "Patient",
      ifNoneExist: "identifier=urn%3Aoid%3A2.999.7%7C4711",
    });
    expect(specimen.resource).toMatchObject({
      accessionIdentifier: { value: order.accession },
      ...{ collection: { collectedDateTime: order.collectedAt }, subject: { reference: patient.fullUrl } },
    });
    expect(main.resource).toMatchObject({
      ...{ status: "final", effectiveDateTime: order.collectedAt, subject: { reference: patient.fullUrl } },
      ...{ specimen: [{ reference: specimen.fullUrl }], resultsInterpreter: [{ display: "local" }] },
      basedOn: [{ type: "ServiceRequest", identifier: { value: "P-9" } }],
      presentedForm: [{ contentType: "text/html", url: `https://smears.example/api/v1/reports/${report}` }],
    });
    expect(main.resource.result.map(({ reference }: Any) => reference)).toEqual(
      of("Observation").map(({ fullUrl }: Any) => fullUrl),
    );
    const values = of("Observation").map(({ resource }: Any) => [
      resource.code.coding?.[0].code,
      resource.valueQuantity.value,
    ]);
    expect(values).toContainEqual(["unidentified", 1]);
    expect(values).toContainEqual(["artefact", 1]);
    expect(values).toContainEqual(["34992-8", 33.3]);
    for (const { resource } of of("Observation"))
      expect(resource).toMatchObject({
        ...{ status: "final", effectiveDateTime: order.collectedAt, specimen: { reference: specimen.fullUrl } },
        ...{ subject: { reference: patient.fullUrl }, identifier: [{ system: "urn:ietf:rfc:3986" }] },
      });
    const alone = (await ask(`GET reports/${report}.fhir.json`)).body;
    expect(fhirFaults(alone)).toEqual([]);
    expect(alone).toMatchObject({ subject: { reference: "#patient" }, identifier: main.resource.identifier });
    expect((await ask(`GET connections/preview?case=${id}`)).body.lines.join("")).toContain('"type": "transaction"');
  });

  test("a lost answer, a busy server and a wrong token are tried again, and leave nothing twice", async () => {
    const answers = ["lost", 503, 401, "silent", "do"] as const;
    let next = 0;
    fhir.doing = () => answers[next++] ?? "do";
    const before = fhir.all.length;
    const id = await signed("again");
    expect((await ended(id)).tries).toBe(5);
    const sent = fhir.all.slice(before).map(({ bundle }) => JSON.stringify(bundle));
    expect([sent.length, new Set(sent).size]).toEqual([5, 1]);
    expect(
      [...fhir.kept.values()].filter(
        (one) =>
          one.resourceType === "DiagnosticReport" &&
          JSON.stringify(one.identifier).includes(fhir.all.at(-1)!.bundle.entry.at(-1).resource.identifier[0].value),
      ),
    ).toHaveLength(1);
  });

  test("what the server refuses, or does by half, is refused, and sent again by hand", async () => {
    fhir.doing = () => 422;
    const refused = await ended(await signed("refused"), { state: "refused" });
    expect([refused.fault, refused.answer]).toEqual(["the receiver answered 422", ["not today"]]);
    fhir.doing = () => "half";
    const id = await signed("half");
    expect((await ended(id, { state: "refused" })).fault).toBe(
      "the receiver answered 200 without doing all of the transaction",
    );
    fhir.doing = () => "do";
    const { id: delivery } = await ended(id, { state: "refused" });
    await ask(`POST deliveries/${delivery}/send`, {});
    await ended(id);
  });

  test("an amendment of words amends, one of values corrects, under the same identifier, and what is void was entered in error", async () => {
    const id = await signed("versions");
    await ended(id);
    const key = [...fhir.kept].findLast(([, one]) => one.resourceType === "DiagnosticReport")![0];
    const now = () => fhir.kept.get(key);
    const absolute = () =>
      [...fhir.kept.values()].filter(
        (one) => one.code?.coding?.[0].code === "26499-4" && one.specimen.reference === now().specimen[0].reference,
      );
    expect([now().status, absolute().map(({ status }) => status)]).toEqual(["final", ["final"]]);
    const amend = async (number: number, work: () => Promise<unknown>) => {
      await ask(`POST cases/${id}/amend`, { reason: "looked at again" });
      await work();
      await sign(id);
      await ended(id, { number });
    };
    await amend(2, () => ask(`PATCH cases/${id}`, { comment: "Seen again." }));
    expect(now().status).toBe("amended");
    await amend(3, () => ask(`PATCH cases/${id}`, { leukocytes: null }));
    expect([now().status, now().conclusion.includes("looked at again")]).toEqual(["corrected", true]);
    // Absolute counts, which the third report has no more.
    expect(absolute().map(({ status }) => status)).toEqual(["entered-in-error"]);
    expect(fhirFaults(fhir.all.at(-1)!.bundle)).toEqual([]);
    await ask(`POST cases/${id}/void`, { reason: "wrong tube" });
    await ended(id, { number: 3, kind: "void" });
    expect(now().status).toBe("entered-in-error");
    expect(fhirFaults(fhir.all.at(-1)!.bundle)).toEqual([]);
  });

  test("the report itself is in it, if the settings say so", async () => {
    await set({ results: { report: "embedded" } });
    const { message } = await ended(await signed("embedded"));
    const { presentedForm } = fhir.all.at(-1)!.bundle.entry.at(-1).resource;
    expect(Buffer.from(presentedForm[0].data, "base64").subarray(0, 5).toString()).toBe("%PDF-");
    expect(message.join("\n")).toMatch(/"data": "\(\d+ characters\)"/);
    expect(fhirFaults(fhir.all.at(-1)!.bundle)).toEqual([]);
  });
});
