// The list of cases is searched, filtered and sorted.
import { afterAll, beforeAll, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { pictures } from "../support/pictures.ts";
import { violationsOf } from "./support/axe.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();

let app: StartedApp;
beforeAll(async () => {
  if (chromium !== undefined) app = await startApp(chromium);
});
afterAll(async () => {
  await app?.close();
});

test("a reader finds cases by name, status and order, and is told if none matches", async () => {
  const { page, address } = app;
  const ids: string[] = [];
  for (const name of ["S-20", "a-1", "s-21", "B-2"]) {
    const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
    const made = await fetch(`${address}/api/v1/cases`, { method: "POST", headers, body: JSON.stringify({ name }) });
    ids.push((await made.json()).id);
  }
  await page.goto(`${address}/#/models`);
  await page.getByRole("heading", { name: "Models", exact: true }).waitFor();
  await page.goto(`${address}/#/cases`);
  const names = () => page.getByRole("rowheader").allTextContents();
  await expect.poll(names).toEqual(["B-2", "s-21", "a-1", "S-20"]);
  await page.getByLabel("Order").selectOption("By name");
  await expect.poll(names).toEqual(["a-1", "B-2", "S-20", "s-21"]);
  await page.getByLabel("Search name or comment").fill("s-2");
  await expect.poll(names).toEqual(["S-20", "s-21"]);
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("combobox", { name: "Status" }).selectOption("Signed");
  await page.getByText("No cases match.").waitFor();
  await page.getByRole("combobox", { name: "Status" }).selectOption("Open");
  await page.getByLabel("Search name or comment").fill("");
  await page.getByLabel("Order").selectOption("Oldest first");
  await expect.poll(names).toEqual(["S-20", "a-1", "s-21", "B-2"]);
});

test("a scanner opens a case, or a form with the number; a case is assigned and due, and the list says so", async () => {
  const { page, address } = app;
  await page.goto(`${address}/#/cases`);
  const scan = async (text: string) => {
    await page.getByLabel("Scan or type a number").pressSequentially(text);
    await page.keyboard.press("Enter");
  };
  await scan("A-1");
  await page.getByRole("heading", { name: "a-1" }).waitFor();
  await page.getByRole("link", { name: "Cases" }).click();
  await scan("S-99");
  const dialog = page.getByRole("dialog", { name: "No case has the number S-99." });
  expect(await dialog.getByLabel("Name or number").inputValue()).toBe("S-99");
  await dialog.getByLabel("Reader").selectOption("local");
  await dialog.getByLabel("Priority").selectOption("Stat");
  await dialog.getByLabel("Due").fill("2026-12-02T10:30");
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Create" }).press("Enter");
  await page.getByText(/local · Due 2 Dec 2026, 10:30/).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Edit" }).press("Enter");
  await expect.poll(() => page.getByRole("dialog").getByLabel("Reader").inputValue()).toBe("local");
  expect(await page.getByRole("dialog").getByLabel("Due").inputValue()).toBe("2026-12-02T10:30");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Cases" }).click();
  await page.getByLabel("Order").selectOption("Most urgent first");
  await expect.poll(() => page.getByRole("rowheader").first().textContent()).toBe("S-99");
  await page.getByRole("combobox", { name: "Reader" }).selectOption("Mine");
  await expect.poll(() => page.getByRole("rowheader").allTextContents()).toEqual(["S-99"]);
  expect(await violationsOf(page)).toEqual([]);
});

test("a signer sees figures of readers and weeks, and is told if there are none", async () => {
  const { page, address } = app;
  await page.goto(`${address}/#/cases`);
  await page.getByRole("link", { name: "Figures" }).click();
  await page.getByRole("heading", { name: "Quality by week" }).waitFor();
  await expect.poll(() => page.getByRole("row").last().getByRole("cell").first().textContent()).toBe("5");
  const { id } = (await (await fetch(`${address}/api/v1/cases?name=S-20`)).json()).cases[0];
  const form = new FormData();
  for (const { name, bytes } of await pictures(6)) form.append("files", new Blob([new Uint8Array(bytes)]), name);
  const headers = { "idempotency-key": crypto.randomUUID() };
  const sent = await fetch(`${address}/api/v1/cases/${id}/images`, { method: "POST", headers, body: form });
  const [cell] = (await sent.json()).added;
  const state = async () => (await (await fetch(`${address}/api/v1/cases/${id}`)).json()).waiting;
  await expect.poll(state, { timeout: 60_000 }).toBe(0);
  await fetch(`${address}/api/v1/cases/${id}/labels`, {
    method: "POST",
    headers: { "idempotency-key": crypto.randomUUID(), "content-type": "application/json" },
    body: JSON.stringify({ changes: [{ cell: cell.id, label: "Basophil" }] }),
  });
  await page.reload();
  await page.getByRole("rowheader", { name: "local" }).waitFor();
  await page.getByRole("img", { name: /^Shares of cells, by week: Not sure/ }).waitFor();
  const drift = page.locator("section", { hasText: "Stain and scale by week" }).getByRole("row").last();
  await expect.poll(() => drift.getByRole("cell").first().textContent()).toBe("6");
  expect(await violationsOf(page)).toEqual([]);
});
