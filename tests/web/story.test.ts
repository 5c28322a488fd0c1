// The story of a case, in a real browser against the real server: upload, review by keyboard alone, a second reader, two signatures,
// an amendment, what is given out, and the trail.
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { firstOfEach } from "../browser/support/answers.ts";
import { needsBrowser } from "../browser/support/chromium.ts";
import { fhirFaults } from "../support/fhirFaults.ts";
import { shared } from "../support/shared.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, countOf, current, focused, makeCase, nameOf, saved, tiles } from "./support/gallery.ts";
import { panelFaultsOf } from "./support/panel.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser("data/pbc/Test");
const images = () => firstOfEach(shared("data/pbc/Test"), 40).map(({ path }) => path);
const textFile = join(tmpdir(), `leukogram-no-image-${process.pid}.jpg`);
const password = (name: string) => `the password of ${name}`;

let app: StartedApp;
let page: Page;
let ben: Page;
let caseId: string;
const violations: string[] = [];

beforeAll(async () => {
  if (chromium === undefined) return;
  writeFileSync(textFile, "no image");
  app = await startApp(chromium);
  page = app.page;
});
afterAll(async () => {
  rmSync(textFile, { force: true });
  await app?.close();
});

const hasFocus = (element: Locator) => element.evaluate((one) => one === document.activeElement);
const look = async (at: Page = page) => void violations.push(...(await violationsOf(at)));
const go = (place: string, on: Page = page) => on.goto(`${app.address}/#/${place}`);
const tab = (name: string, on: Page = page) => go(`cases/${caseId}/${name}`, on);
const given = (path: string) =>
  page.evaluate(async (at) => {
    const answer = await fetch(`/api/v1/${at}`);
    return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
  }, path);

async function makeUser(name: string, role: string, secret = password(name)): Promise<void> {
  await page.getByRole("button", { name: "New user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Password").fill(secret);
  await dialog.getByLabel("Role").selectOption(role);
  await dialog.getByRole("button", { name: "Create" }).click();
}

async function signIn(on: Page, name: string): Promise<void> {
  await on.getByLabel("Name").fill(name);
  await on.getByLabel("Password").fill(password(name));
  await on.keyboard.press("Enter");
  await on.getByRole("button", { name: `Sign out ${name}` }).waitFor();
}

async function sign(on: Page, name: string): Promise<void> {
  await tab("report", on);
  await on.getByLabel("Password").fill(password(name));
  await on.getByRole("button", { name: `Sign as ${name}` }).press("Enter");
}

// A page that did not hear of a change can't sign it; one that hears of it shows it.
async function nothingUnseenIsSigned(): Promise<void> {
  await page.route("**/events", (route) => route.abort());
  await tab("report");
  await page.reload();
  const counted = page.getByRole("region", { name: "Count to sign" }).locator("p").first();
  const before = await counted.innerText();
  await tab("review", ben);
  await current(ben).focus();
  await ben.keyboard.press("a");
  await ben.keyboard.press("Delete");
  await saved(ben);
  const field = page.getByLabel("Password");
  await field.fill(password("ada"));
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("Nothing was signed, because the case has changed").waitFor();
  await expect.poll(() => counted.innerText()).not.toBe(before);
  expect([await field.inputValue(), await hasFocus(field)]).toEqual(["", true]);
  // Nobody confirms by default what was not reviewed.
  await page.getByText("1 cell was not reviewed").waitFor();
  const meaning = page.getByLabel("Meaning of the signature");
  expect(await meaning.inputValue()).toBe("");
  await look();
  await page.unroute("**/events");
  await page.reload();
  await counted.waitFor();
  await ben.keyboard.press("Control+z");
  await ben.keyboard.press("Control+z");
  await expect.poll(() => counted.innerText()).toBe(before);
  expect(await meaning.inputValue()).toBe("I reviewed the cells and confirm the count");
  await page.getByText("The case has changed since you opened this page").waitFor();
}

// What goes wrong in a dialog is said in it, and goes away when it goes well; the first field has the focus.
async function refusedInDialog(): Promise<void> {
  const dialog = page.getByRole("dialog");
  expect(await hasFocus(dialog.getByLabel("Name or number"))).toBe(true);
  await page.route("**/cases", (route) =>
    route.fulfill({
      status: 400,
      json: { error: { code: "ERR_USAGE", message: "the disk is full", hint: "Make room" } },
    }),
  );
  await page.keyboard.type("Refused");
  await page.keyboard.press("Enter");
  await dialog.getByRole("alert").getByText("The disk is full. Make room.").waitFor();
  await look();
  await page.unroute("**/cases");
  // A number may have a comma, and is nothing else by chance.
  const cells = dialog.getByLabel("White blood cells");
  await cells.fill("7,4,");
  await page.keyboard.press("Enter");
  await dialog.getByRole("alert").getByText("A number from 0.01 to 2,000").waitFor();
  expect(await hasFocus(cells)).toBe(true);
  await look();
}

describe.sequential("the story of a case", () => {
  test("a case is made by keyboard, and takes 200 images; what is no image is refused with a reason", async () => {
    await page.getByText("No cases yet").waitFor();
    await look();
    await page.getByRole("button", { name: "New case" }).press("Enter");
    await look();
    await refusedInDialog();
    await page.keyboard.press("Escape");
    caseId = await makeCase(page, "Specimen 1");
    await look();
    await page
      .locator('input[type="file"]')
      .first()
      .setInputFiles([...images(), textFile]);
    await page.getByRole("main").getByText("200 images added", { exact: true }).waitFor();
    await page.getByRole("button", { name: "1 file refused" }).click();
    await page.getByRole("cell", { name: /leukogram-no-image/ }).waitFor();
    await look();
    await page.keyboard.press("Escape");
    await classified(page);
    await expect.poll(async () => Number(await countOf(page, "N"))).toBeGreaterThan(30);
  });

  test("it is reviewed by keyboard alone: labels, ranges, undo, redo, confirm", async () => {
    await current(page).focus();
    await page.keyboard.press("Delete");
    await page.getByText("No label to remove.").waitFor();
    expect(await focused(page)).toMatch(/^Cell \d+, Basophil, model: Basophil \d+ percent/);
    const before = Number(await countOf(page, "B"));
    const second = await nameOf(page, 1);
    await page.keyboard.press("s");
    expect([await countOf(page, "S"), await countOf(page, "B")]).toEqual(["1", String(before - 1)]);
    // The focus went on to the next cell.
    expect(await focused(page)).toBe(second);
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("m");
    expect(await countOf(page, "B")).toBe(String(before - 3));
    await page.keyboard.press("Control+z");
    expect(await countOf(page, "B")).toBe(String(before - 1));
    await page.keyboard.press("Control+z");
    expect([await countOf(page, "S"), await countOf(page, "B")]).toEqual(["0", String(before)]);
    await page.keyboard.press("Control+Shift+z");
    expect(await countOf(page, "S")).toBe("1");
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("c");
    await saved(page);
    await page.getByText("Reviewed 200 of 200").waitFor();
    const { cells } = JSON.parse((await given(`cases/${caseId}/cells`)).text);
    expect(cells.filter(({ label }: { label: string | null }) => label !== null)).toHaveLength(200);
  });

  test("on a slow computer too the focus goes where the keys bring it", async () => {
    const computer = await page.context().newCDPSession(page);
    await computer.send("Emulation.setCPUThrottlingRate", { rate: 6 });
    await current(page).focus();
    for (const key of ["s", "Control+z", "m", "Control+z", "Control+Shift+z", "Control+z"]) {
      await page.keyboard.press(key);
      expect(await focused(page), `after ${key}`).toMatch(/^Cell \d+/);
    }
    await computer.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await saved(page);
  });

  test("the side panel follows the focus: probabilities, where the model looked, the nearest labelled cells", async () => {
    await current(page).focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Enter");
    const panel = page.locator(".cellPanel");
    const title = panel.locator("h2");
    const first = await title.innerText();
    await panel.getByRole("button", { name: /^Basophil \d/ }).press("Enter");
    await panel.locator("img.overlay").waitFor();
    await panel.locator(".neighbours li").nth(4).waitFor();
    // Until all are compared, nearer ones take their places.
    await panel.getByText("not compared yet").waitFor({ state: "detached", timeout: 180_000 });
    violations.push(...(await panelFaultsOf(page)));
    await current(page).focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => title.innerText()).not.toBe(first);
    await panel.getByRole("button", { name: "Previous cell" }).click();
    expect(await title.innerText()).toBe(first);
    await panel.locator(".neighbours button").first().click();
    await expect.poll(() => title.innerText()).not.toBe(first);
    await page.keyboard.press("v");
    await page.locator("dialog img.largeImage").waitFor();
    await look();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    const smudges = Number(await countOf(page, "S"));
    await panel.getByRole("group", { name: "Label this cell" }).getByRole("button", { name: "Smudge" }).click();
    expect(await countOf(page, "S")).toBe(String(smudges + 1));
    await page.keyboard.press("Control+z");
    expect(await countOf(page, "S")).toBe(String(smudges));
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Shift+Space");
    await page.getByText(`${await countOf(page, "B")} selected`).waitFor();
    const id = await current(page).getAttribute("data-id");
    await tab(`review?cell=${id}`);
    await page.reload();
    await expect.poll(() => title.innerText()).toBe(first);
    await saved(page);
    await current(page).focus();
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keys of the gallery" }).waitFor();
    await look();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await title.waitFor({ state: "detached" });
  });

  test("a cell is dragged onto a label, and back by undo", async () => {
    const before = Number(await countOf(page, "A"));
    await tiles(page)
      .first()
      .dragTo(page.locator(".classBar button", { hasText: "Artefact" }));
    await expect.poll(() => countOf(page, "A")).toBe(String(before + 1));
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => countOf(page, "A")).toBe(String(before));
    await saved(page);
  });

  test("cells that are chosen one by one are labelled together, and nothing is chosen after that but by undo", async () => {
    const several = page.getByLabel("Select several");
    await current(page).focus();
    await page.keyboard.press("Escape");
    await several.check();
    const chosen = page.getByRole("toolbar", { name: "Selected cells" }).locator(".figure");
    await tiles(page).nth(1).click();
    await tiles(page).nth(2).click();
    await page.getByRole("button", { name: "Label as Artefact" }).click();
    expect([await countOf(page, "A"), await chosen.innerText()]).toEqual(["2", "None selected"]);
    await page.getByRole("button", { name: "Undo" }).click();
    expect([await countOf(page, "A"), await chosen.innerText()]).toEqual(["0", "2 selected"]);
    await page.keyboard.press("Escape");
    await several.uncheck();
    await saved(page);
  });

  test("changes without a network wait, and are saved when it is back", async () => {
    await page.route("**/labels", (route) => route.abort());
    await page.route("**/reports", (route) => route.abort());
    await current(page).focus();
    await page.keyboard.press("a");
    await page.getByText("1 change not saved yet").waitFor();
    await page.reload();
    await page.getByText("1 change not saved yet").waitFor();
    expect(await countOf(page, "A")).toBe("1");
    // Nothing is signed without them, and the page of the report sends them too.
    await tab("report");
    await page.getByText("1 change is not saved yet").waitFor();
    expect(await page.getByRole("button", { name: /^Sign as/ }).isDisabled()).toBe(true);
    const noAnswer = page.getByRole("alert").getByText("The server does not respond");
    await noAnswer.waitFor();
    expect(await page.getByText("None yet.").count()).toBe(0);
    await look();
    await page.unroute("**/labels");
    await page.unroute("**/reports");
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.getByText("1 change is not saved yet").waitFor({ state: "detached" });
    await noAnswer.waitFor({ state: "detached" });
    await page.getByText("None yet.").waitFor();
    expect(await page.getByRole("button", { name: /^Sign as/ }).isEnabled()).toBe(true);
    await tab("review");
    await saved(page);
    expect(await page.locator(".counts p").first().innerText()).toContain("1 artefact");
  });

  test("a refused change is taken back, with the reason", async () => {
    const answer = { error: { code: "ERR_CONFLICT", message: "the case was signed meanwhile" } };
    await page.route("**/labels", (route) => route.fulfill({ status: 409, json: answer }));
    const before = await countOf(page, "U");
    await current(page).focus();
    await page.keyboard.press("u");
    await page.getByText(/1 change was not saved and undone. The case was signed meanwhile\./).waitFor();
    expect(await countOf(page, "U")).toBe(before);
    await page.unroute("**/labels");
  });

  test("with the first user everybody signs in; a token's secret is shown once", async () => {
    await go("settings");
    await makeUser("ada", "admin");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await look();
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Password").fill("not the password");
    await page.keyboard.press("Enter");
    await page.getByText("the name or the password is wrong").waitFor();
    await signIn(page, "ada");
    await makeUser("ben", "signer", "a password that was forgotten");
    await page.getByRole("rowheader", { name: "ben" }).waitFor();
    await page.getByRole("button", { name: "Set password of ben" }).click();
    await page.getByRole("dialog").getByLabel("New password").fill(password("ben"));
    await look();
    await page.getByRole("dialog").getByRole("button", { name: "Set password" }).click();
    await page.getByText("ben has a new password.").waitFor();
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("night script");
    await look();
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    const secret = await page.getByLabel("The token's secret").inputValue();
    await look();
    await page.getByRole("button", { name: "Done" }).click();
    const asked = await fetch(`${app.address}/api/v1/cases`, { headers: { authorization: `Bearer ${secret}` } });
    expect(asked.status).toBe(200);
    await page.getByRole("button", { name: "Remove night script" }).click();
    await page.getByRole("rowheader", { name: "night script" }).waitFor({ state: "detached" });
    const again = await fetch(`${app.address}/api/v1/cases`, { headers: { authorization: `Bearer ${secret}` } });
    expect(again.status).toBe(401);
  });

  test("a second reader, at another browser, sees no answers; then the readings are compared", async () => {
    ben = await app.newReader();
    await signIn(ben, "ben");
    await tab("review");
    await current(page).focus();
    await page.keyboard.press("s");
    await page.keyboard.press("Control+z");
    await saved(page);
    await tab("second");
    await page.getByText("You did the first reading of this case").waitFor();
    expect(await page.getByRole("button", { name: /Start the second reading/ }).count()).toBe(0);
    await look();
    await tab("second", ben);
    await ben.getByRole("button", { name: /Start the second reading/ }).click();
    await ben.getByText("The model's predictions and the first reading are hidden.").waitFor();
    await expect.poll(() => focused(ben)).toMatch(/^Cell 1,/);
    await ben.getByRole("button", { name: "Finish the reading" }).click();
    await ben
      .getByRole("dialog")
      .getByText(/^200 cells have no label from you/)
      .waitFor();
    await look(ben);
    await ben.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await look(ben);
    expect(await nameOf(ben, 0)).toBe("Cell 1, not labelled yet");
    await tab("second");
    await page.getByText("A second reading is in progress.").waitFor();
    await current(ben).focus();
    await ben.keyboard.press("Control+a");
    await ben.keyboard.press("n");
    await ben.getByText("All cells are labelled.").waitFor();
    await saved(ben);
    await ben.getByRole("button", { name: "Finish the reading" }).click();
    await ben.getByText("Cohen's kappa", { exact: true }).waitFor();
    const toSettle = ben.getByRole("heading", { name: /To settle/ });
    await expect.poll(() => hasFocus(toSettle)).toBe(true);
    await page.reload();
    await page.getByText("Cohen's kappa", { exact: true }).waitFor();
    await look();
    const before = await page.getByRole("heading", { name: /To settle/ }).innerText();
    await page
      .getByRole("button", { name: /^Second: Neutrophil/ })
      .first()
      .press("Enter");
    await expect.poll(() => page.getByRole("heading", { name: /To settle/ }).innerText()).not.toBe(before);
    await expect.poll(() => hasFocus(page.locator(".differences button").first())).toBe(true);
  });

  test("two sign it, it is frozen, and amended with a reason", async () => {
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Signatures").selectOption("2");
    await page.getByLabel("White blood cells").fill("7,4");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("7.4 × 10⁹/L white blood cells").waitFor();
    await nothingUnseenIsSigned();
    await sign(page, "ada");
    await page.getByText("Report 1 is signed; it needs a second signature.").waitFor();
    await page.getByText("You have signed this report. Another user must sign it too.").waitFor();
    expect(await page.getByRole("button", { name: /^Sign as/ }).count()).toBe(0);
    await expect.poll(() => hasFocus(page.getByRole("heading", { name: "Signed reports" }))).toBe(true);
    await look();
    await sign(ben, "ben");
    await ben.getByText("Report 1 is signed and final.").waitFor();
    await look(ben);
    await tab("review");
    await tiles(page).first().waitFor();
    await page.getByText("Signed: to change it, amend it").waitFor();
    expect(await page.getByRole("toolbar", { name: "Selected cells" }).count()).toBe(0);
    await current(page).focus();
    await page.keyboard.press("s");
    await page.getByRole("region", { name: "Messages" }).getByText("Signed: to change it, amend it").waitFor();
    await page.getByRole("button", { name: /^Open cell/ }).click();
    await page.locator(".cellPanel").waitFor();
    expect(await page.locator(".panelLabels").count()).toBe(0);
    await look();
    await tab("report");
    await page.getByLabel("Reason").fill("A smudge was overlooked");
    await page.getByRole("button", { name: "Reopen for amendment" }).press("Enter");
    await page.getByText("Open for amendment", { exact: true }).waitFor();
    await page.locator(".caseHead").getByText("Reason: A smudge was overlooked").waitFor();
    await expect.poll(() => hasFocus(page.getByRole("link", { name: "Review" }))).toBe(true);
    await look();
    await tab("review");
    await current(page).focus();
    await page.keyboard.press("s");
    await saved(page);
    await sign(page, "ada");
    await page.getByText("Report 2 is signed; it needs a second signature.").waitFor();
    await ben.reload();
    await sign(ben, "ben");
    await ben.getByText("Report 2, amendment").waitFor();
    await ben.getByText("Reason: A smudge was overlooked").waitFor();
    await ben.getByText("Report 2 is signed and final.").waitFor();
  });

  test("reports are given out in every format, and the first is as it was", async () => {
    const { reports } = JSON.parse((await given(`cases/${caseId}/reports`)).text);
    const [first, second] = [1, 2].map((number) => reports.find((one: { number: number }) => one.number === number));
    expect([first.isFinal, second.isFinal]).toEqual([true, true]);
    const smudges = async (id: string) => {
      const { content } = JSON.parse((await given(`reports/${id}.json`)).text);
      return content.cells.filter(({ counted }: { counted: string }) => counted === "Smudge").length;
    };
    expect(await smudges(second.id)).toBe((await smudges(first.id)) + 1);
    expect(await given(`reports/${first.id}.csv`)).toMatchObject({ status: 200, type: expect.stringMatching(/csv/) });
    const fhir = JSON.parse((await given(`reports/${second.id}.fhir.json`)).text);
    expect(fhirFaults(fhir)).toEqual([]);
    expect(fhir).toMatchObject({ resourceType: "DiagnosticReport", status: "amended" });
    await page.goto(`${app.address}/api/v1/reports/${second.id}`);
    await page
      .getByText(/research use only/i)
      .first()
      .waitFor();
    await look();
  });

  test("the chain holds, on the page and in what is exported", async () => {
    await go("trail");
    await page.getByRole("button", { name: "Verify the chain" }).press("Enter");
    await page.getByText(/The trail is intact: all \d+ events match their hashes/).waitFor();
    await look();
    const { text } = await given("trail/export");
    const events = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
    for (const [i, { previous }] of events.entries()) expect(previous).toBe(events[i - 1]?.hash ?? "0".repeat(64));
    expect(new Set(events.map(({ actor }) => actor))).toEqual(new Set(["local", "model", "ada", "ben"]));
  });

  test("who signed out is let in no more, and no page complained or kept somebody out", async () => {
    await go("cases");
    await page.getByRole("link", { name: "Specimen 1" }).waitFor();
    await look();
    // As the page is while its case is on the way, when it doesn't come, and when it came.
    let giveUp = () => {};
    const tooLong = new Promise<void>((resolve) => {
      giveUp = resolve;
    });
    await page.route(`**/cases/${caseId}`, (route) => tooLong.then(() => route.abort()));
    await tab("trail");
    await page.getByRole("heading", { level: 1, name: "Loading" }).waitFor();
    await look();
    giveUp();
    await page.getByRole("heading", { level: 1, name: "can't be loaded" }).waitFor();
    await look();
    await page.unroute(`**/cases/${caseId}`);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("table").waitFor();
    await look();
    await page.getByRole("button", { name: "Sign out ada" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect((await given("cases")).status).toBe(401);
    expect(violations).toEqual([]);
    // The browser reports what the tests broke on purpose, in words that name no address.
    const known = /^Failed to load resource|409 .*\/(labels|sign)$|400 .*\/cases$|401 /;
    expect(app.faults.filter((fault) => !known.test(fault))).toEqual([]);
  });
});
