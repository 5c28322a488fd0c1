import type { Page } from "playwright-core";
import { expect } from "vitest";
import { current, saved, tiles } from "../support/gallery.ts";
import { hasFocus, look, password, story, tab, test } from "./story.ts";

async function sign(on: Page, name: string): Promise<void> {
  await tab("report", on);
  await on.getByLabel("Password").waitFor();
  const reason = on.getByLabel("Reason to sign despite this");
  if ((await reason.count()) > 0) await reason.fill("The second reader labelled all cells alike");
  await on.getByLabel("Password").fill(password(name));
  await on.getByRole("button", { name: `Sign as ${name}` }).press("Enter");
}

// A page that did not hear of a change can't sign it; one that hears of it shows it.
async function nothingUnseenIsSigned(): Promise<void> {
  const { page, ben } = story;
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
  await page.getByText(/differences between the readings are not settled/).waitFor();
  await page.getByLabel("Reason to sign despite this").fill("The second reader labelled all cells alike");
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

/** Two sign the report, which is amended after that. */
export function signatures(): void {
  test("two sign it, it is frozen, and amended with a reason", async () => {
    const { page, ben } = story;
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
}
