import type { CountedClass, Differential, Estimate } from "../api/types.ts";
import { joined, many, number, percent } from "./words.ts";

/** Counts and reports. */
export const reportTexts = {
  counts: {
    title: "Differential",
    table: "Counts by class",
    none: "No cells counted yet.",
    behind: "Not saved yet",
    summary: ({ cells, unidentified, artefacts, smudges, waiting }: Differential) =>
      joined([
        `${many(cells, "cell")} counted`,
        `${number.format(unidentified)} unidentified`,
        artefacts > 0 && many(artefacts, "artefact"),
        smudges > 0 && many(smudges, "smudge"),
        waiting > 0 && `${number.format(waiting)} waiting`,
      ]),
    class: "Class",
    cells: "Cells",
    share: "Share",
    classAbsolute: "Class, 10⁹/L",
    before: "Model",
    beforeOf: (count: number) => `was ${number.format(count)}`,
    chart: "Shares and reference ranges",
    chartAlone: "Shares",
    tick: (percent: number) => (percent === 100 ? "100 %" : String(percent)),
    usualHead: "reference, %",
    usual: ([low, high]: readonly [number, number]) => `${low}–${high}`,
    key: { value: "share", limits: "95 % interval", usual: "reference range" },
    showBefore: "Show the model's count before review",
    warnings: "Warnings",
    unreliable: "The shares are grey until a reader has labelled these cells.",
    flags: "Flags",
    notes: "Notes",
    /** What the server says, which writes units as plain text. */
    said: (sentence: string) => sentence.replaceAll("10^9/L", "10⁹/L"),
    position: (position: string) => position,
    absolute: ({ value, low, high }: Estimate) => `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`,
    chartOf: (classes: readonly Pick<CountedClass, "class" | "share" | "range">[]) =>
      `Shares on an axis from 0 to 100 %. ${classes
        .map(({ class: name, share, range }) =>
          joined([
            `${name} ${percent(share.value)}`,
            `interval ${percent(share.low)} to ${percent(share.high)}`,
            range !== null && `reference range ${range[0]} to ${range[1]} %`,
          ]),
        )
        .join("; ")}`,
  },
  report: {
    blind: "You are doing the second reading of this case. The report is shown when you have finished.",
    preview: "Count to sign",
    signedCount: "Signed count",
    isNew: "The case has changed since you opened this page. You now see the current state.",
    moved:
      "Nothing was signed, because the case has changed. You now see the current state: check it, then sign again.",
    reviewed: "Reviewed",
    reviewedOf: (count: number, of: number) => `${number.format(count)} of ${many(of, "cell")}`,
    model: "Model",
    comment: "Comment",
    sign: "Sign",
    signSecond: "Second signature",
    signedBy: (signatures: readonly { readonly by: string }[]) =>
      `Signed by ${signatures.map(({ by }) => by).join(", ")}.`,
    cannotSign: "This case can't be signed yet:",
    against: "This stands against a signature:",
    despite: "Reason to sign despite this",
    despiteHint: "The report prints the reason and what it overrides.",
    critical: "These values are critical by the laboratory's rules. Report them before you sign:",
    reportedTo: "Reported to",
    reportedToHint: "A person's name; the report prints it.",
    reportedAt: "Reported at",
    unreviewed: (count: number) =>
      `${many(count, "cell was", "cells were")} not reviewed; the model's prediction counts.`,
    what: (signers: number) =>
      `Signing freezes the count, all labels, the hashes of all images, the model and its version. ${signers === 2 ? "The report is final with the second signature. " : ""}Later changes are amendments; this report does not change.`,
    meaning: "Meaning of the signature",
    meanings: ["I reviewed the cells and confirm the count", "I checked the review and approve the count"],
    chooseMeaning: "Choose …",
    partly: (left: number) => `I confirm the count; ${many(left, "cell was", "cells were")} left to the model`,
    password: "Password",
    passwordHint: "Enter it again to sign.",
    provideAgain: (name: string) => `Sign in again with ${name} to sign`,
    passwordOrProvider: "Or leave it empty within five minutes of signing in at the identity provider.",
    signAs: (user: string) => (user === "" ? "Sign" : `Sign as ${user}`),
    maySignNot: "Your role does not permit signing.",
    isBeingRead: "The second reading is in progress. Sign when the second reading is finished.",
    hasSigned: "You have signed this report. Another user must sign it too.",
    needsUsers:
      "You have signed this report. Another user must sign it too: create users in Settings, or amend the case and require one signature.",
    isFinal: (count: number) => `Report ${count} is signed and final.`,
    needsSecond: (count: number) => `Report ${count} is signed; it needs a second signature.`,
    amend: "Amend",
    amendWhat: "Reopens the case. The signed report is kept; the next signature creates a report with the next number.",
    reason: "Reason",
    amendDo: "Reopen for amendment",
    list: "Signed reports",
    noReports: "None yet.",
    number: (count: number) => (count === 1 ? "Report 1" : `Report ${count}, amendment`),
    final: "Final",
    open: "Needs a second signature",
    because: (reason: string) => `Reason: ${reason}`,
    signature: (by: string, at: string, meaning: string) => `${by}, ${at}: ${meaning}`,
    formats: {
      ...{ print: "Open and print", pdf: "PDF", appendix: "PDF with all cells" },
      ...{ counts: "Count, CSV", cells: "Cells, CSV", json: "JSON", fhir: "FHIR" },
    },
    superseded: (by: number) => `Superseded by report ${by}`,
  },
};
