// Orders and results on the pages: the worklist, a case made from it, the connections, and the message that is sent.
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { fieldOf, freePort, orderMessage, type Receiver, sendAll, startReceiver } from "../support/hl7.ts";
import { pictures } from "../support/pictures.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, current } from "./support/gallery.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();

let app: StartedApp;
let receiver: Receiver;
let port: number;
const violations: string[] = [];

beforeAll(async () => {
  if (chromium === undefined) return;
  [app, receiver, port] = [await startApp(chromium), await startReceiver(), await freePort()];
});
afterAll(async () => {
  await app?.close();
  await receiver?.close();
});

const look = async () => void violations.push(...(await violationsOf(app.page)));
const go = (place: string) => app.page.goto(`${app.address}/#/${place}`);

describe.sequential("connections", () => {
  test("are off until an admin sets them, and say what other machines can reach", async () => {
    const { page } = app;
    await go("settings");
    await page.getByText("Orders in: Off: nothing listens. Results out: Off: nothing is sent.").waitFor();
    await page.getByRole("link", { name: "Open connections" }).click();
    await page.getByRole("heading", { name: "Connections", level: 1 }).waitFor();
    await page.getByText("No results yet.").waitFor();
    await page.getByLabel("Take orders").check();
    await page.getByLabel("Address", { exact: false }).first().fill("0.0.0.0");
    await page.getByLabel("Port").first().fill(String(port));
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Orders are taken at 0.0.0.0, which other machines can reach").waitFor();
    await page.getByText(`Listening at 0.0.0.0, port ${port}.`).waitFor();
    await look();
    await page.getByLabel("Address", { exact: false }).first().fill("127.0.0.1");
    await page.getByLabel("Send results").check();
    await page.getByLabel("Port").nth(1).fill(String(receiver.port));
    await page.getByLabel("Receiving application (MSH-5)").fill("LIS");
    const codes = page.getByRole("textbox", { name: "Codes of other systems" });
    await codes.fill("LIS@HOSPITAL; DIFF");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText('"LIS@HOSPITAL; DIFF" does not have four parts: sender; code; name; LOINC.').waitFor();
    await codes.fill("LIS@HOSPITAL; DIFF; Differential; 69738-3");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The connections are saved.").waitFor();
    await page.getByText("Reached from other machines").waitFor({ state: "detached" });
    await page.reload();
    await page.getByText(`Listening at 127.0.0.1, port ${port}.`).waitFor();
    expect(await codes.inputValue()).toBe("LIS@HOSPITAL; DIFF; Differential; 69738-3");
  });

  test("an order is in the worklist, and its case has its name and birth date, which are compared before it is signed", async () => {
    const { page } = app;
    await sendAll(port, [
      orderMessage({ id: "1" }),
      orderMessage({ id: "2", accession: "26-0900", patient: "9", name: "Ng^Bo", birth: "" }),
      orderMessage({ id: "3", accession: "26-0900", patient: "9", name: "Ng^Bo", birth: "", control: "CA" }),
    ]);
    await go("cases");
    await page.getByRole("link", { name: "Worklist" }).click();
    const row = page.getByRole("row", { name: "26-0815" });
    await row.getByText("Müller, Anna Maria, born 1980-02-29").waitFor();
    await row.getByText("Differential blood count, LOINC 69738-3").waitFor();
    expect(await page.getByRole("row", { name: "26-0900" }).count()).toBe(0);
    await page.getByLabel("Show").selectOption("All orders");
    await page.getByRole("row", { name: "26-0900" }).getByText("Cancelled").waitFor();
    await look();
    await page.getByLabel("Accession number: begins with").fill("26-08");
    await page.getByRole("row", { name: "26-0900" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Create case from 26-0815" }).click();
    await page.getByRole("heading", { name: "26-0815" }).waitFor();
    await page.getByText("Müller, Anna Maria · born 1980-02-29").waitFor();
    const files = (await pictures(3)).map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: bytes }));
    await page.locator('input[type="file"]').first().setInputFiles(files);
    await classified(page);
    await current(page).focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("m");
    await page.getByText("Reviewed 3 of 3").waitFor();
    await page.getByRole("button", { name: "Edit" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Patient's name on the specimen").fill("Müller, Anne");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("Müller, Anne · born 1980-02-29").waitFor();
    await page.getByRole("link", { name: "Report" }).click();
    await page
      .getByText("The order 26-0815 is for Müller, Anna Maria, born 1980-02-29, but the case is of Müller, Anne")
      .waitFor();
    await page.getByLabel("Reason to sign despite this").fill("the same person, misspelled on the tube");
    await page.getByRole("button", { name: "Sign as local" }).press("Enter");
    await page.getByText("Report 1 is signed and final.").waitFor();
  });

  test("what was sent is shown with its answer, can be sent again, and is what the simulator shows", async () => {
    const { page } = app;
    await go("connections");
    const row = page.getByRole("row", { name: "26-0815, report 1" });
    await row.getByText("Taken").waitFor();
    await row.getByText("1 try").waitFor();
    const [sent] = receiver.all;
    await row.getByRole("button", { name: fieldOf(sent!, "MSH-10")! }).click();
    const dialog = page.getByRole("dialog", { name: "26-0815, report 1" });
    expect(await dialog.getByLabel("Message").textContent()).toBe(sent!.join("\n"));
    expect(await dialog.getByLabel("Answer").textContent()).toContain(`MSA|AA|${fieldOf(sent!, "MSH-10")}`);
    await look();
    await page.keyboard.press("Escape");
    await row.getByRole("button", { name: "Send again: 26-0815, report 1" }).click();
    await page.getByText("The result is sent again.").waitFor();
    await expect.poll(() => receiver.all.length).toBe(2);
    expect(receiver.all[1]).toEqual(sent);
    await page.getByRole("button", { name: "Show the message" }).click();
    expect(await page.getByLabel("Message of 26-0815").textContent()).toBe(sent!.join("\n"));
    await look();
  });

  test("axe finds nothing, and no page complains", () => {
    expect(violations).toEqual([]);
    expect(app.faults).toEqual([]);
  });
});
