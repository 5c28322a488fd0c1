import { expect } from "vitest";
import { countOf, current, saved } from "../support/gallery.ts";
import { look, story, tab, test } from "./story.ts";

/** Changes wait for the server, or are taken back where it refuses them. */
export function unsaved(): void {
  test("changes without a network wait, and are saved when it is back", async () => {
    const { page } = story;
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
    const { page } = story;
    const answer = { error: { code: "ERR_CONFLICT", message: "the case was signed meanwhile" } };
    await page.route("**/labels", (route) => route.fulfill({ status: 409, json: answer }));
    const before = await countOf(page, "U");
    await current(page).focus();
    await page.keyboard.press("u");
    await page.getByText(/1 change was not saved and undone. The case was signed meanwhile\./).waitFor();
    expect(await countOf(page, "U")).toBe(before);
    await page.unroute("**/labels");
  });
}
