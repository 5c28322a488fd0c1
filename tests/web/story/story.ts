// What the stages of the story of a case share.
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { firstOfEach } from "../../browser/support/answers.ts";
import { needsBrowser } from "../../browser/support/chromium.ts";
import { shared } from "../../support/shared.ts";
import { violationsOf } from "../support/axe.ts";
import { type StartedApp, startApp } from "../support/startApp.ts";

export const { test, chromium } = needsBrowser("data/pbc/Test");

/** What the stages of the story share: each takes it as the one before left it. */
export const story = {} as {
  app: StartedApp;
  /** Of who begins the case, later ada. */
  page: Page;
  /** Of the second reader. */
  ben: Page;
  caseId: string;
  /** What axe found on all pages. */
  violations: string[];
};

/** 200 images, 40 of each class. */
export const images = () => firstOfEach(shared("data/pbc/Test"), 40).map(({ path }) => path);

/** A file that is no image. */
export const textFile = join(tmpdir(), `leukogram-no-image-${process.pid}.jpg`);

/** A user's password. */
export const password = (name: string) => `the password of ${name}`;

/** Starts it, with a laboratory that has no cases. */
export async function startStory(): Promise<void> {
  if (chromium === undefined) return;
  writeFileSync(textFile, "no image");
  story.violations = [];
  story.app = await startApp(chromium);
  story.page = story.app.page;
}

/** Ends it, and leaves nothing behind. */
export async function endStory(): Promise<void> {
  rmSync(textFile, { force: true });
  await story.app?.close();
}

/** Whether an element has the browser's focus. */
export const hasFocus = (element: Locator) => element.evaluate((one) => one === document.activeElement);

/** Keeps what axe finds on a page, and what does not fit. */
export const look = async (at: Page = story.page) => void story.violations.push(...(await violationsOf(at)));

/** Opens a place of the app. */
export const go = (place: string, on: Page = story.page) => on.goto(`${story.app.address}/#/${place}`);

/** Opens a tab of the case. */
export const tab = (name: string, on: Page = story.page) => go(`cases/${story.caseId}/${name}`, on);

/** What the API gives to who is signed in at the page. */
export const given = (path: string) =>
  story.page.evaluate(async (at) => {
    const answer = await fetch(`/api/v1/${at}`);
    return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
  }, path);

/** Signs a user in at a page. */
export async function signIn(on: Page, name: string): Promise<void> {
  await on.getByLabel("Name").fill(name);
  await on.getByLabel("Password").fill(password(name));
  await on.keyboard.press("Enter");
  await on.getByRole("button", { name: `Sign out ${name}` }).waitFor();
}
