// Reports in the laboratory's language: page, PDF, FHIR and HL7; a signed one stays in its own.
import { extractText, getDocumentProxy } from "unpdf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { pictures } from "../../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

const ask = (line: string, body?: unknown) => laboratory.ask(line, body);
const speak = (language: string) =>
  ask("PUT reporting", { laboratory: "", lines: [], language, names: [], comments: [] });

async function signedIn(language: string): Promise<string> {
  expect((await speak(language)).body.language).toBe(language);
  const facts = {
    name: `S-${language}`,
    leukocytes: 14.25,
    age: 34,
    sex: "female",
    collectedAt: "2026-11-20T08:30:00Z",
  };
  const { id } = (await ask("POST cases", facts)).body;
  const { body } = await laboratory.upload(id, await pictures(7));
  await laboratory.settled(id);
  const labels = ["Neutrophil", "Neutrophil", "Neutrophil", "Neutrophil", "Lymphocyte", "Monocyte", "Smudge"];
  const changes = body.added.map((cell: { id: string }, i: number) => ({ cell: cell.id, label: labels[i] }));
  await ask(`POST cases/${id}/labels`, { changes });
  const signed = await ask(`POST cases/${id}/sign`, { meaning: "gesehen", despite: "ein Test" });
  expect([signed.status, signed.body.error]).toEqual([200, undefined]);
  return signed.body.id;
}

async function pdfOf(report: string): Promise<string> {
  const { raw } = await ask(`GET reports/${report}.pdf?appendix=true`);
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(raw)), { mergePages: true });
  return text.replace(/\s+/g, " ");
}

/** No English is left: words that stand in every English report, and in no other. */
const ENGLISH = /\b(cells?|report|signed|class|share|counted|labelled|reader|of|is|not|the|and)\b/i;
/** Without markup, and the source of the reference ranges, which is quoted. */
const kept = (text: string) =>
  text
    .replace(/<style>.*?<\/style>/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/^\s*(Referenzbereiche|Intervalos de referencia): .*$/gm, "")
    .replace(/\S*cell-\d\S*/g, "");

const SAYS = {
  de: {
    page: ["Differenzialblutbild: S-de", "Endbefund", "Nur für Forschungszwecke; kein Medizinprodukt.", "Neutrophile"],
    more: ["Leukozyten 14,25 × 10⁹/L", "66,7", "Alter 34 Jahre", "weiblich", "Trotz des Folgenden signiert"],
    sentences: [
      "6 Zellen sind gezählt; die Mindestzahl des Labors ist 100.",
      "6 von 6 Zellen wurden von Befundern klassifiziert",
    ],
    pdf: ["20.11.2026, 08:30:00 UTC", "Seite 1 von 2", "Begründung: ein Test", "Anhang: Zellen", "Schatten"],
    flag: "Leukozyten über dem Referenzbereich: Leukozytose, 14,25 10^9/L",
    notice: "Nur für Forschungszwecke; kein Medizinprodukt. 6 Zellen gezählt.",
    note: "4 von 6 Zellen; wie gezählt, 95-%-Intervall 22,3 bis 95,7 %.",
  },
  es: {
    page: [
      "Fórmula leucocitaria: S-es",
      "Informe final",
      "Solo para investigación; no es un producto sanitario.",
      "Neutrófilos",
    ],
    more: ["leucocitos 14,25 × 10⁹/L", "66,7", "edad 34 años", "mujer", "Firmado a pesar de lo siguiente"],
    sentences: [
      "Hay 6 células contadas; el mínimo del laboratorio es 100.",
      "Los lectores clasificaron 6 de 6 células",
    ],
    pdf: ["20 nov 2026, 8:30:00 UTC", "Página 1 de 2", "Motivo: ein Test", "Anexo: células", "Sombra"],
    flag: "Leucocitos por encima del intervalo de referencia: leucocitosis, 14,25 10^9/L",
    notice: "Solo para investigación; no es un producto sanitario. 6 células contadas.",
    note: "4 de 6 células; según el recuento, intervalo del 95 % 22,3 a 95,7 %.",
  },
};

test.each(["de", "es"] as const)(
  "page, PDF, FHIR and HL7 are in %s, and machines read the same as ever",
  async (language) => {
    const report = await signedIn(language);
    const words = SAYS[language];
    const page = (await ask(`GET reports/${report}`)).body as string;
    expect(page).toContain(`<html lang="${language}">`);
    for (const text of [...words.page, ...words.more, ...words.sentences]) expect(page).toContain(text);
    expect(kept(page)).not.toMatch(ENGLISH);
    const pdf = await pdfOf(report);
    for (const text of [...words.page.slice(1), ...words.sentences, ...words.pdf]) expect(pdf).toContain(text);
    const { body: fhir } = await ask(`GET reports/${report}.fhir.json`);
    expect(fhir.language).toBe(language);
    for (const text of [words.flag, words.notice, words.sentences[0]]) expect(fhir.conclusion).toContain(text);
    const notes = fhir.contained.flatMap((one: { note?: { text: string }[] }) => one.note ?? []);
    expect(notes).toContainEqual({ text: words.note });
    const csv = (await ask(`GET reports/${report}.counts.csv`)).body as string;
    expect(csv).toContain("Neutrophil,4,");
    expect(csv).toContain("66.667");
    expect(csv).toContain("Research use only; not a medical device.");
  },
);

test("HL7 notes are in the report's language, and values are not", async () => {
  const { body } = await ask("GET cases?limit=50");
  const { id } = body.cases.find((one: { name: string }) => one.name === "S-de");
  const { lines } = (await ask(`GET connections/preview?case=${id}`)).body;
  const text = lines.join("\n");
  expect(text).toContain(SAYS.de.flag.replace("^", "\\S\\"));
  expect(text).toMatch(/OBX\|\d+\|NM\|26511-6\^Neutrophils\/100 leukocytes in Blood\^LN\|\|66\.7\|/);
});

test("a signed report stays in its language, and an English one says what it always said", async () => {
  const report = await signedIn("en");
  const [page, pdf] = [(await ask(`GET reports/${report}`)).raw, (await ask(`GET reports/${report}.pdf`)).raw];
  await speak("de");
  expect((await ask(`GET reports/${report}`)).raw.equals(page)).toBe(true);
  expect((await ask(`GET reports/${report}.pdf`)).raw.equals(pdf)).toBe(true);
  expect(page.toString()).toContain('<html lang="en">');
  const { content, sha256 } = (await ask(`GET reports/${report}.json`)).body;
  expect([content.language, content.notice]).toEqual(["en", "Research use only; not a medical device."]);
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
});

test("an unknown language is refused by name, and a change stands in the trail", async () => {
  const refused = await speak("fr");
  expect(refused.status).toBe(400);
  expect(refused.body.error.message).toContain('unknown language "fr": expected en, de, es');
  // A program of before, which says none, changes none.
  const older = await ask("PUT reporting", { laboratory: "North", lines: [], names: [], comments: [] });
  expect([older.status, older.body.language, older.body.laboratory]).toEqual([200, "de", "North"]);
  expect((await ask("GET reporting")).body.language).toBe("de");
  const { events } = (await ask("GET trail?limit=100")).body;
  const changes = events.filter(({ kind }: { kind: string }) => kind === "reporting.changed");
  const { reporting, before } = changes.at(-2).content;
  expect([before.language, reporting.language]).toEqual(["en", "de"]);
});
