// The app in German and Spanish: the browser's language first, then the reader's choice, on pages that fit.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { pictures } from "../support/pictures.ts";
import { violationsOf } from "./support/axe.ts";
import { current, makeCase } from "./support/gallery.ts";
import { layoutFaultsOf } from "./support/layout.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();

let app: StartedApp;
let page: Page;
let caseId: string;
const faults: string[] = [];

beforeAll(async () => {
  if (chromium === undefined) return;
  app = await startApp(chromium);
  page = app.page;
});
afterAll(async () => {
  await app?.close();
});

/** Axe's findings, and what does not fit, on a phone too. */
async function look(): Promise<void> {
  faults.push(...(await violationsOf(page)));
  await page.setViewportSize({ width: 390, height: 844 });
  faults.push(...(await layoutFaultsOf(page)));
  await page.setViewportSize({ width: 1280, height: 800 });
}

const speak = (language: string) => page.locator(".headerEnd select").first().selectOption(language);
const lang = () => page.evaluate(() => document.documentElement.lang);

const PAGES = ["cases", "private", "models", "runs", "trail", "settings", "connections", "figures", "worklist"];

describe.sequential("languages", () => {
  test("a browser's language is the app's, and a choice is kept and needs no reload", async () => {
    expect(await lang()).toBe("en");
    caseId = await makeCase(page, "S-1");
    const files = (await pictures(12)).map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: bytes }));
    await page.locator('input[type="file"]').first().setInputFiles(files);
    await page.getByText("All changes saved").waitFor();
    await current(page).focus();
    await page.keyboard.press("n");
    await speak("de");
    await page.getByText("Alle Änderungen gespeichert").waitFor();
    expect(await lang()).toBe("de");
    await page.reload();
    await page.getByText("Alle Änderungen gespeichert").waitFor();
    await page.getByText("Nur für Forschungszwecke. Kein Medizinprodukt.").waitFor();
    await page.getByRole("gridcell").first().waitFor();
    const reader = await app.newReader();
    await reader.getByText("Research use only. Not a medical device.").waitFor();
    await reader.context().close();
  });

  test("the count is in the reader's language, with its decimals, and follows a change of it", async () => {
    const counts = page.getByRole("region", { name: "Differenzialblutbild" });
    await counts.getByText(/wurden von Befundern klassifiziert/).waitFor();
    await counts
      .getByText(/\d,\d %/)
      .first()
      .waitFor();
    await counts.getByText("Neutrophile").first().waitFor();
    await speak("es");
    const spanish = page.getByRole("region", { name: "Fórmula leucocitaria" });
    await spanish.getByText(/Los lectores clasificaron/).waitFor();
    // What is drawn only when it changes is in the new language too.
    await page.locator(".sectionTile", { hasText: "Neutrófilos" }).waitFor();
    expect(await page.locator('[role="gridcell"] .unseen').first().textContent()).toMatch(/^Célula \d+, /);
    await current(page).focus();
    await page.keyboard.press("?");
    await page.getByText("Teclas de la galería").waitFor();
    await page.keyboard.press("Escape");
  });

  test.each(["de", "es"])("pages fit, and axe finds nothing, in %s", async (language) => {
    await page.goto(`${app.address}/#/cases`);
    await speak(language);
    for (const tab of ["review", "second", "report", "trail"]) {
      await page.goto(`${app.address}/#/cases/${caseId}/${tab}`);
      await page.getByRole("navigation").first().waitFor();
      await page.waitForTimeout(100);
      await look();
    }
    for (const place of PAGES) {
      await page.goto(`${app.address}/#/${place}`);
      await page.locator("main h1").first().waitFor();
      await page.waitForTimeout(100);
      await look();
    }
    expect(faults.splice(0)).toEqual([]);
  });

  test("reports follow the laboratory's language, which the settings set", async () => {
    await page.goto(`${app.address}/#/settings`);
    const section = page.locator("section", { has: page.getByRole("heading", { name: "Informes" }) });
    await section.getByLabel("Idioma de los informes").selectOption("de");
    await section.getByRole("button", { name: "Guardar" }).click();
    await page.getByText("Los ajustes de los informes están guardados.").waitFor();
    await page.goto(`${app.address}/#/cases/${caseId}/report`);
    await page
      .getByText("Hay 12 células contadas")
      .or(page.getByText(/el mínimo del laboratorio es 100/))
      .first()
      .waitFor();
    await page.getByLabel("Motivo para firmar a pesar de ello").fill("prueba");
    await page.getByLabel("Significado de la firma").selectOption({ index: 1 });
    await page.getByRole("button", { name: "Firmar como local" }).click();
    await page.getByText("El informe 1 está firmado y es final.").waitFor();
    const link = await page.getByRole("link", { name: "Abrir e imprimir" }).getAttribute("href");
    const report = await (await page.request.get(new URL(link!, app.address).href)).text();
    expect(report).toContain('<html lang="de">');
    expect(report).toContain("Endbefund");
  });

  test("nothing went wrong in a script", () => {
    expect(app.faults).toEqual([]);
  });
});
