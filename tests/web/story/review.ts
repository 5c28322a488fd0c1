import { expect } from "vitest";
import { classified, countOf, current, focused, makeCase, nameOf, saved, tiles } from "../support/gallery.ts";
import { panelFaultsOf } from "../support/panel.ts";
import { given, hasFocus, images, look, story, tab, test, textFile } from "./story.ts";

// What goes wrong in a dialog is said in it, and goes away when it goes well; the first field has the focus.
async function refusedInDialog(): Promise<void> {
  const { page } = story;
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

/** A case is made, and reviewed: by keyboard, in the side panel, and by mouse. */
export function review(): void {
  test("a case is made by keyboard, and takes 200 images; what is no image is refused with a reason", async () => {
    const { page } = story;
    await page.getByText("No cases yet").waitFor();
    await look();
    await page.getByRole("button", { name: "New case" }).press("Enter");
    await look();
    await refusedInDialog();
    await page.keyboard.press("Escape");
    story.caseId = await makeCase(page, "Specimen 1");
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
    const { page } = story;
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
    await saved(page);
    // While they waited for the model, many passed the screen; in a page that is opened now they did not.
    await page.reload();
    await page.getByText("Reviewed 0 of 200").waitFor();
    await current(page).focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("c");
    // Not all of them fit on the screen.
    const unseen = page.getByRole("dialog", { name: "Confirm cells that you have not seen?" });
    await unseen.getByText(/^\d+ of the 200 selected cells were never on screen\./).waitFor();
    await look();
    await unseen.getByRole("button", { name: "Confirm 200 cells" }).press("Enter");
    await unseen.waitFor({ state: "detached" });
    await saved(page);
    await page.getByText("Reviewed 200 of 200").waitFor();
    const { cells } = JSON.parse((await given(`cases/${story.caseId}/cells`)).text);
    expect(cells.filter(({ label }: { label: string | null }) => label !== null)).toHaveLength(200);
  });

  test("on a slow computer too the focus goes where the keys bring it", async () => {
    const { page } = story;
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
    const { page } = story;
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
    story.violations.push(...(await panelFaultsOf(page)));
    await current(page).focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => title.innerText()).not.toBe(first);
    await panel.getByRole("button", { name: "Previous cell" }).click();
    expect(await title.innerText()).toBe(first);
    await panel.locator(".neighbours button").first().click();
    await expect.poll(() => title.innerText()).not.toBe(first);
    await page.keyboard.press("v");
    await page.locator("dialog .viewer img").waitFor();
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
    const { page } = story;
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
    const { page } = story;
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
}
