import { expect } from "vitest";
import { fhirFaults } from "../../support/fhirFaults.ts";
import { given, go, look, story, tab, test } from "./story.ts";

/** Reports and the trail are given out, and who signed out is let in no more. */
export function givenOut(): void {
  test("reports are given out in every format, and the first is as it was", async () => {
    const { page } = story;
    const { reports } = JSON.parse((await given(`cases/${story.caseId}/reports`)).text);
    const [first, second] = [1, 2].map((number) => reports.find((one: { number: number }) => one.number === number));
    expect([first.isFinal, second.isFinal]).toEqual([true, true]);
    const smudges = async (id: string) => {
      const { content } = JSON.parse((await given(`reports/${id}.json`)).text);
      return content.cells.filter(({ counted }: { counted: string }) => counted === "Smudge").length;
    };
    expect(await smudges(second.id)).toBe((await smudges(first.id)) + 1);
    expect(await given(`reports/${first.id}.csv`)).toMatchObject({ status: 200, type: expect.stringMatching(/csv/) });
    const fhir = JSON.parse((await given(`reports/${second.id}.fhir.json`)).text);
    expect(fhirFaults(fhir)).toEqual([]);
    expect(fhir).toMatchObject({ resourceType: "DiagnosticReport", status: "amended" });
    await page.goto(`${story.app.address}/api/v1/reports/${second.id}`);
    await page
      .getByText(/research use only/i)
      .first()
      .waitFor();
    await look();
  });

  test("the chain holds, on the page and in what is exported", async () => {
    const { page } = story;
    await go("trail");
    await page.getByRole("button", { name: "Verify the chain" }).press("Enter");
    await page.getByText(/The trail is intact: all \d+ events match their hashes/).waitFor();
    await look();
    const { text } = await given("trail/export");
    const events = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
    for (const [i, { previous }] of events.entries()) expect(previous).toBe(events[i - 1]?.hash ?? "0".repeat(64));
    expect(new Set(events.map(({ actor }) => actor))).toEqual(new Set(["local", "model", "sign-in", "ada", "ben"]));
  });

  test("who signed out is let in no more, and no page complained or kept somebody out", async () => {
    const { page } = story;
    await go("cases");
    await page.getByRole("link", { name: "Specimen 1" }).waitFor();
    await look();
    // As the page is while its case is on the way, when it doesn't come, and when it came.
    let giveUp = () => {};
    const tooLong = new Promise<void>((resolve) => {
      giveUp = resolve;
    });
    await page.route(`**/cases/${story.caseId}`, (route) => tooLong.then(() => route.abort()));
    await tab("trail");
    await page.getByRole("heading", { level: 1, name: "Loading" }).waitFor();
    await look();
    giveUp();
    await page.getByRole("heading", { level: 1, name: "can't be loaded" }).waitFor();
    await look();
    await page.unroute(`**/cases/${story.caseId}`);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("table").waitFor();
    await look();
    await page.getByRole("button", { name: "Sign out ada" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect((await given("cases")).status).toBe(401);
    expect(story.violations).toEqual([]);
    // The browser reports what the tests broke on purpose, in words that name no address.
    const known = /^Failed to load resource|409 .*\/(labels|sign)$|400 .*\/cases$|401 /;
    expect(story.app.faults.filter((fault) => !known.test(fault))).toEqual([]);
  });
}
