// An upload in a browser, over which the server is killed and started again.
import { once } from "node:events";
import type { Rng } from "@leukogram/engine/core/rng";
import type { Page } from "playwright-core";
import { makeCase } from "./gallery.ts";
import { startProgram } from "./startProgram.ts";

/** What {@link killUpload} takes. */
export interface KillUploadOptions {
  /** Data folder of the server. */
  readonly data: string;
  /** Pictures, of which no two are the same. */
  readonly paths: readonly string[];
  readonly kills: number;
  readonly rng: Rng;
}

/** What the server has of a case. */
export interface CaseThere {
  readonly cells: number;
  /** How many different pictures they are. */
  readonly hashes: number;
  readonly files: string[];
  readonly awaited: number;
}

/** Asks a server for it. */
export async function caseAt(address: string, id: string): Promise<CaseThere> {
  const get = async (path: string) => await (await fetch(`${address}/api/v1/${path}`)).json();
  const { cells } = (await get(`cases/${id}/cells?limit=5000`)) as { cells: { file: string; sha256: string }[] };
  const { awaited } = (await get(`cases/${id}`)) as { awaited: number };
  return {
    cells: cells.length,
    hashes: new Set(cells.map(({ sha256 }) => sha256)).size,
    files: cells.map(({ file }) => file),
    awaited,
  };
}

/**
 * Uploads pictures on a page, kills the server in each part of it, and starts it again as soon as the page says that it waits; then sends what
 * failed again by the page's button.
 *
 * @returns what is there, how far the upload was at each kill, and how often the button was pressed
 */
export async function killUpload(page: Page, { data, paths, kills, rng }: KillUploadOptions) {
  let { child, address } = await startProgram(data, 0);
  const port = Number(new URL(address).port);
  await page.goto(address);
  const id = await makeCase(page, "Killed");
  const main = page.getByRole("main");
  await page.locator('input[type="file"]').first().setInputFiles(paths);
  const killedAt: number[] = [];
  for (let i = 0; i < kills; i++) {
    const least = 16 + Math.floor((0.8 * paths.length * (i + rng.uniform())) / kills);
    await main.getByText(UPLOADED).waitFor();
    let uploaded = await uploadedOf(page);
    while (uploaded < least) {
      await page.waitForTimeout(20);
      uploaded = await uploadedOf(page);
    }
    killedAt.push(uploaded);
    child.kill("SIGKILL");
    await once(child, "close");
    await main.getByText("The server does not respond: the upload waits").waitFor();
    ({ child, address } = await startProgram(data, port));
  }
  const again = page.getByRole("button", { name: "Send again" });
  let sentAgain = 0;
  for (;;) {
    await again.or(main.getByText(/\d+ images added/)).waitFor();
    if (!(await again.isVisible())) break;
    await again.press("Enter");
    sentAgain++;
  }
  const there = await caseAt(address, id);
  child.kill("SIGKILL");
  await once(child, "close");
  return { ...there, killedAt, sentAgain };
}

const UPLOADED = /^Uploaded ([\d,]+) of/;

async function uploadedOf(page: Page): Promise<number> {
  const [shown] = await page.getByText(UPLOADED).allInnerTexts();
  if (shown === undefined) throw new Error("the upload has ended before its server was killed");
  return Number(UPLOADED.exec(shown)![1]!.replaceAll(",", ""));
}
