// Signing in at the page: own password, a second factor, the lock of a page that nobody uses.
import { randomUUID } from "node:crypto";
import { TOTP } from "otpauth";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { CLIENT, startProvider } from "../support/oidcProvider.ts";
import { violationsOf } from "./support/axe.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();

const PASSWORD = "correct horse battery";
const NEXT = "another horse battery";

let app: StartedApp;
const violations: string[] = [];

beforeAll(async () => {
  if (chromium === undefined) return;
  app = await startApp(chromium);
  await fetch(`${app.address}/api/v1/users`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": randomUUID() },
    body: JSON.stringify({ name: "Ada", role: "admin", password: PASSWORD }),
  });
  await app.page.reload();
});
afterAll(async () => {
  await app?.close();
});

const look = async (page = app.page) => void violations.push(...(await violationsOf(page)));

async function signIn(page: Page, password: string, code?: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill("Ada");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).press("Enter");
  if (code === undefined) return;
  await page.getByRole("textbox", { name: "Code" }).fill(code);
  await page.keyboard.press("Enter");
}

test("one signs in at the identity provider and is back where one was; a stranger is told why not", async () => {
  const provider = await startProvider();
  const oidc = { issuer: provider.issuer, ...CLIENT, claim: "sub", name: "the hospital" };
  const other = await startApp(chromium!, undefined, { oidc });
  provider.accept(`${other.address}/api/v1/session/provider/callback`);
  const { page } = other;
  try {
    const user = { name: "Ada", role: "admin", password: PASSWORD };
    const ask = async (method: string, path: string, data: object, headers = {}) =>
      await (
        await page.request.fetch(`${other.address}/api/v1/${path}`, {
          ...{ method, data },
          headers: { "idempotency-key": randomUUID(), ...headers },
        })
      ).json();
    const { id } = await ask("POST", "users", user);
    const { csrf } = await ask("POST", "session", user);
    await ask("PATCH", `users/${id}`, { identity: "ada" }, { "x-csrf-token": csrf });
    await page.request.delete(`${other.address}/api/v1/session`);
    await page.goto(`${other.address}/#/trail`);
    await page.reload();
    const enter = async (name: string) => {
      await page.getByRole("link", { name: "Sign in with the hospital" }).click();
      await page.locator('input[name="login"]').fill(name);
      await page.locator('input[name="password"]').fill("any");
      await page.getByRole("button", { name: "Sign-in" }).click();
      await page.getByRole("button", { name: "Continue" }).click();
    };
    await page.getByRole("link", { name: "Sign in with the hospital" }).waitFor();
    await look(page);
    await enter("ada");
    await page.getByRole("heading", { name: "Trail" }).waitFor();
    await page.getByRole("button", { name: "Sign out Ada" }).click();
    await other.context.clearCookies();
    await enter("eve");
    await page.getByText("no user here has your identity").waitFor();
    await look(page);
  } finally {
    await other.close();
    provider.close();
  }
});

describe.sequential("access", () => {
  let secret: string;

  test("one changes the own password, and a wrong one is said in the form", async () => {
    const { page } = app;
    await signIn(page, PASSWORD);
    await page.getByRole("button", { name: "Sign out Ada" }).waitFor();
    await page.goto(`${app.address}/#/settings`);
    await page.getByRole("button", { name: "Change password" }).press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Current password").fill("wrong password");
    await dialog.getByLabel("New password").fill(NEXT);
    await page.keyboard.press("Enter");
    await dialog
      .getByText("the password is wrong", { exact: false })
      .or(dialog.getByText("The password is wrong"))
      .waitFor();
    await look();
    await dialog.getByLabel("Current password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByText("Your password is changed.").waitFor();
  });

  test("an authenticator app is set up by its picture or secret, and asked for when signing in", async () => {
    const { page } = app;
    await page.getByRole("button", { name: "Set up an authenticator app" }).press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Your password").fill(NEXT);
    await page.keyboard.press("Enter");
    await dialog.getByRole("img", { name: "QR code for an authenticator app" }).waitFor();
    secret = await dialog.getByLabel("Secret").inputValue();
    await look();
    await dialog.getByRole("textbox", { name: "Code" }).fill(new TOTP({ secret }).generate());
    await page.keyboard.press("Enter");
    await dialog.getByText("Each signs you in once").waitFor();
    const codes = await dialog.getByRole("listitem").allInnerTexts();
    expect(codes).toHaveLength(10);
    await look();
    await dialog.getByRole("button", { name: "Done" }).press("Enter");
    await page.getByText("Signing in asks for a code").waitFor();
    await page.getByRole("button", { name: "Remove second factor of Ada" }).waitFor();
    await look();
    await page.getByRole("button", { name: "Sign out Ada" }).press("Enter");
    await signIn(page, NEXT, codes[0]!);
    await page.getByRole("heading", { name: "Settings" }).waitFor();
  });

  test("rules of signing in are set, and a page that nobody uses locks, in all its windows, and goes on where it was", async () => {
    const { page } = app;
    await page.getByLabel("Minutes without use").fill("5");
    await page.getByRole("button", { name: "Set the sign-in rules" }).press("Enter");
    await page.getByText("Now: sessions end after 5 minutes without use").waitFor();
    await look();
    await page.goto("about:blank");
    const other = await app.newPage();
    await other.clock.install();
    await other.goto(`${app.address}/#/trail`);
    await other.getByRole("heading", { name: "Trail" }).waitFor();
    await other.clock.runFor(10_000);
    await other.clock.fastForward(4 * 60_000);
    await other.keyboard.press("Shift");
    await other.clock.runFor(5000);
    await other.clock.fastForward(4 * 60_000);
    await other.getByRole("heading", { name: "Trail" }).waitFor();
    await other.clock.fastForward(2 * 60_000);
    await other.getByText("Signed out after 5 minutes without use.").waitFor();
    expect(await other.getByText("session.opened").count()).toBe(0);
    await look(other);
    expect((await (await page.request.get(`${app.address}/api/v1/session`)).json()).user).toBe(null);
    await signIn(other, NEXT);
    await other.getByLabel("Code").waitFor();
    await look(other);
    await other.close();
    expect(violations).toEqual([]);
  });
});
