// The report as a PDF: what it says is read from its bytes by a program of others.
import { rm } from "node:fs/promises";
import { extractText, getDocumentProxy } from "unpdf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort, orderMessage, sendAll } from "../../support/hl7.ts";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { pictures } from "../../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

const ask = (line: string, body?: unknown) => laboratory.ask(line, body);

const LABELS = ["Neutrophil", "Neutrophil", "Neutrophil", "Lymphocyte", "Lymphocyte", "Monocyte", "Smudge"];
const LETTERHEAD = { laboratory: "Łódź Laboratory of Haematology", lines: ["1 Leukocyte Street", "Tel. 0123"] };

async function labelled(id: string, labels = LABELS): Promise<void> {
  const { body } = await laboratory.upload(id, await pictures(labels.length));
  await laboratory.settled(id);
  const changes = body.added.map((cell: { id: string }, i: number) => ({ cell: cell.id, label: labels[i] }));
  await ask(`POST cases/${id}/labels`, { changes });
}

async function signed(id: string): Promise<string> {
  const { status, body } = await ask(`POST cases/${id}/sign`, { meaning: "seen", despite: "a test" });
  expect([status, body.error]).toEqual([200, undefined]);
  return body.id;
}

async function newCase(facts: object): Promise<string> {
  const { status, body } = await ask("POST cases", facts);
  expect([status, body.error]).toEqual([200, undefined]);
  await labelled(body.id);
  return body.id;
}

async function textOf(report: string, query = "") {
  const { status, raw, headers, body } = await ask(`GET reports/${report}.pdf${query}`);
  expect([status, body.error, headers["content-type"]]).toEqual([200, undefined, "application/pdf"]);
  const { totalPages, text } = await extractText(await getDocumentProxy(new Uint8Array(raw)), { mergePages: true });
  return { pages: totalPages, text: text.replace(/\s+/g, " "), raw };
}

test("one page has letterhead, patient, full names, ranges of shares and counts, pictures, hash and page number", async () => {
  await ask("PUT reporting", {
    ...LETTERHEAD,
    names: [{ user: "local", fullName: "Dr Ελένη Παπαδοπούλου" }],
    comments: [],
  });
  const port = await freePort();
  const { listening: _, warnings: __, hasSecrets: ___, ...connections } = (await ask("GET connections")).body;
  await ask("PUT connections", { ...connections, orders: { isOn: true, host: "127.0.0.1", port } });
  await sendAll(port, [orderMessage({ id: "PDF-1" })]);
  const [order] = (await ask("GET orders")).body.orders;
  const { id } = (await ask(`POST orders/${order.id}/case`, {})).body;
  expect((await ask(`GET cases/${id}`)).body.collectedAt).toBe(order.collectedAt);
  await ask(`PATCH cases/${id}`, { leukocytes: 6.2, comment: "Line 1\nIvan Петров" });
  await labelled(id);
  const report = await signed(id);
  const { pages, text, raw } = await textOf(report);
  const { body } = await ask(`GET reports/${report}.json`);
  expect(pages).toBe(1);
  for (const words of [
    ...["Łódź Laboratory of Haematology", "1 Leukocyte Street", "Tel. 0123", "Final report"],
    ...["Müller, Anna Maria", "1980-02-29", "4711, HOSPITAL", order.accession, "Collected 2026-11-30 08:30:00 UTC"],
    ...["Neutrophil 3 50.0 (11.8 to 88.2) 40 to 75", "Reference, 10⁹/L", "Comment Line 1 Ivan Петров"],
    ...["Signed despite the following", "Reason: a test", "Dr Ελένη Παπαδοπούλου (local) seen 2026-11-26"],
    ...["Neutrophil, No. 1", "Monocyte, No. 6", "Not counted: 0 unidentified, 0 artefacts, 1 smudge cell."],
    ...[`Report 1, ${report}`, `SHA-256 ${body.sha256}`, "Page 1 of 1", "Research use only; not a medical device."],
  ])
    expect(text).toContain(words);
  // The ranges of absolute counts stand behind these counts.
  expect(text).toMatch(/Neutrophil 3 50\.0 \([^)]*\) 40 to 75 (\S+ )?3\.10 \(0\.73 to 5\.47\) [\d.]+ to [\d.]+/);
  // Each flag once, in the PDF and on the page.
  const { flags, warnings } = body.content.differential;
  const page = (await ask(`GET reports/${report}`)).body;
  for (const flag of [...flags, ...warnings].map((words: string) => words.replaceAll("10^9/L", "10⁹/L")))
    expect([flag, text.split(flag).length, page.split(flag.replaceAll("'", "&#39;")).length]).toEqual([flag, 2, 2]);
  expect(page).toContain("Dr Ελένη Παπαδοπούλου (local)");
  // What is set later changes nothing that was signed.
  await ask("PUT reporting", { laboratory: "Another", lines: [], names: [], comments: [] });
  laboratory.clock.pass(86_400_000);
  expect((await textOf(report)).raw).toEqual(raw);
  const appendix = await textOf(report, "?appendix=true");
  expect([appendix.pages, text.includes("cell-3.png")]).toEqual([2, false]);
  expect(appendix.text).toContain("4 cell-3.png");
  expect(appendix.text).toContain("Page 2 of 2");
  expect((await ask(`GET reports/${report}.pdf?appendix=maybe`)).status).toBe(400);
});

test("a report that was amended, or is void, says so on each page", async () => {
  const id = await newCase({ name: "S-2" });
  const first = await signed(id);
  expect((await textOf(first)).text).not.toContain("SUPERSEDED");
  await ask(`POST cases/${id}/amend`, { reason: "one cell looked at again" });
  const second = await signed(id);
  const [before, after] = [await textOf(first), await textOf(second)];
  expect(before.text).toContain("SUPERSEDED");
  expect(before.text).toContain("Report 2 takes its place. Use that one.");
  expect(after.text).toContain("Amended: replaces report 1 one cell looked at again");
  expect(
    (await ask(`GET cases/${id}/reports`)).body.reports.map((one: { supersededBy: number }) => one.supersededBy),
  ).toEqual([2, null]);
  await ask(`POST cases/${id}/void`, { reason: "wrong tube" });
  const voided = await textOf(second, "?appendix=true");
  expect(voided.text.split("VOID").length - 1).toBe(voided.pages);
  expect(voided.text).toContain("This report is void wrong tube");
});

test("one of two signatures is preliminary", async () => {
  const id = await newCase({ name: "S-3", signers: 2 });
  const { text } = await textOf(await signed(id));
  expect(text).toContain("PRELIMINARY");
  expect(text).toContain("1 of 2 signatures.");
});

test("letters that the font lacks stand as their numbers, and the PDF says so", async () => {
  const comment = "Ж ẞ ő 张三 שלום \u202eabc 🩸\u0007 A\u030a";
  const id = await newCase({ name: "Łódź", comment });
  const { text } = await textOf(await signed(id));
  expect(text).toContain("Ж ẞ ő ‹U+5F20›‹U+4E09› ‹U+05E9›‹U+05DC›‹U+05D5›‹U+05DD› ‹U+202E›abc ‹U+1FA78›‹U+0007› Å");
  expect(text).toContain(
    "This PDF writes Latin, Greek and Cyrillic letters. Other characters stand as their Unicode numbers (‹U+5F20›",
  );
});

test("long texts go on over more pages, and a picture whose file is gone is said to be missing", async () => {
  const id = await newCase({ name: "N".repeat(200), comment: `${"word ".repeat(1000)}\n${"x".repeat(4000)}` });
  const report = await signed(id);
  const { body } = await ask(`GET reports/${report}.json`);
  await rm(laboratory.store.images.pathOf(body.content.cells[0].sha256));
  const { text, pages } = await textOf(report);
  expect(pages).toBeGreaterThan(1);
  expect(text).toContain("image missing");
  expect(text.replaceAll(" ", "")).toContain("x".repeat(300));
  expect(text).toContain(`Page ${pages} of ${pages}`);
});

test("settings of reports are checked", async () => {
  const set = async (change: object) =>
    (await ask("PUT reporting", { laboratory: "", lines: [], names: [], comments: [], ...change })).body.error.message;
  const [user, fullName] = ["ada", "Ada Lovelace"];
  expect(
    await set({
      names: [
        { user, fullName },
        { user, fullName },
      ],
    }),
  ).toContain("a user is named twice");
  expect(await set({ lines: ["two\nlines"] })).toContain("must be one line");
  const comment = { name: "normal", text: "No abnormal cells." };
  expect(await set({ comments: [comment, comment] })).toContain("two comments have the same name");
});

test("a report that is a little too long for one page is set in smaller letters, and a longer one is not", async () => {
  const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i}: seen again`).join("\n");
  const made = async (count: number) => {
    const { raw } = await textOf(await signed(await newCase({ name: `L-${count}`, comment: lines(count) })));
    const document = await getDocumentProxy(new Uint8Array(raw));
    const { items } = await (await document.getPage(1)).getTextContent();
    const line = (items as { str: string; height: number }[]).find(({ str }) => str === "0: seen again");
    return [document.numPages, line?.height];
  };
  expect(await made(20)).toEqual([1, 8.5]);
  const [pages, height] = await made(30);
  expect([pages, height! < 8.5, height! > 7]).toEqual([1, true, true]);
  expect(await made(80)).toEqual([2, 8.5]);
});
