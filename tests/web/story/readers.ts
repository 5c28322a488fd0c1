import { expect } from "vitest";
import { current, focused, nameOf, saved } from "../support/gallery.ts";
import { go, hasFocus, look, password, signIn, story, tab, test } from "./story.ts";

// Makes a user by the form of the settings.
async function makeUser(name: string, role: string, secret = password(name)): Promise<void> {
  const { page } = story;
  await page.getByRole("button", { name: "New user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Password").fill(secret);
  await dialog.getByLabel("Role").selectOption(role);
  await dialog.getByRole("button", { name: "Create" }).click();
}

/** Everybody signs in, and a second reader is at another browser. */
export function readers(): void {
  test("with the first user everybody signs in; a token's secret is shown once", async () => {
    const { page } = story;
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
    const asked = await fetch(`${story.app.address}/api/v1/cases`, { headers: { authorization: `Bearer ${secret}` } });
    expect(asked.status).toBe(200);
    await page.getByRole("button", { name: "Remove night script" }).click();
    await page.getByRole("rowheader", { name: "night script" }).waitFor({ state: "detached" });
    const again = await fetch(`${story.app.address}/api/v1/cases`, { headers: { authorization: `Bearer ${secret}` } });
    expect(again.status).toBe(401);
  });

  test("a second reader, at another browser, sees no answers; then the readings are compared", async () => {
    const { page } = story;
    const ben = await story.app.newReader();
    story.ben = ben;
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
}
