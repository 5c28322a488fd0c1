// What stands against a signature: a count is signed without a word only if it is whole.

import { counted } from "@leukogram/engine/core/counted";
import type { DifferentialReport } from "leukogram/differential/types";
import { familiarityOf } from "leukogram/metrics/familiarity";
import type { Tally } from "leukogram/review/count";
import type { z } from "zod";
import type { CountedCase } from "../../store/cases.ts";
import type { OrderRow } from "../../store/connections/orders.ts";
import type { ReportInput } from "../../store/reports.ts";
import type { Rules } from "../../store/settings/rules.ts";
import { differencesOf } from "../agreement.ts";
import type { obstacle } from "../contract/signing.ts";
import { reportOf } from "../count.ts";
import { tallyOfCells } from "../views.ts";
import { criticalOf } from "./critical.ts";
import { orderWords } from "./orderWords.ts";
import { reportFacts } from "./usualRanges.ts";

/** As it goes over the wire. */
export type Obstacle = z.infer<typeof obstacle>;

/** What is known of a case that is to be signed. */
export interface SigningFacts {
  readonly found: CountedCase;
  readonly tally: Tally;
  /** The count; undefined if no cell is counted. */
  readonly report: DifferentialReport | undefined;
  /** Between two readings, not settled. */
  readonly differences: number;
  readonly rules: Rules;
  /** The model that new cases get. */
  readonly activeModel: string;
  /** The order that the case was made from. */
  readonly order: OrderRow | undefined;
}

/** What stands against signing an open case, the gravest first. */
export function obstaclesOf(facts: SigningFacts): Obstacle[] {
  const final = [
    ["noCells", facts.tally.cells === 0 && facts.found.waiting === 0 && "No cell is counted."],
    ["waiting", waitingWords(facts.found)],
    ["secondReading", facts.found.secondReading === "going on" && "The second reading is in progress."],
  ] as const;
  const open = [
    ["order", orderWords(facts)],
    ["awaited", awaitedWords(facts.found)],
    ["unfamiliar", unfamiliarWords(facts.tally)],
    ["differences", differencesWords(facts.differences)],
    ["secondReader", secondReaderWords(facts)],
    ["unidentified", unidentifiedWords(facts)],
    ["fewCells", fewCellsWords(facts)],
    ["model", modelWords(facts)],
  ] as const;
  return [...told(final, false), ...told(open, true)];
}

/** The same, where a report is about to be made of the case. */
export function obstaclesOfReport(input: ReportInput, activeModel: string): Obstacle[] {
  const { found, cells, second, rules, order } = input;
  const tally = tallyOfCells(cells);
  const differences = second === undefined ? 0 : differencesOf(cells, second.at).length;
  const report = reportOf(tally, reportFacts(input));
  return obstaclesOf({ found, tally, report, differences, rules, activeModel, order });
}

function told(all: readonly (readonly [Obstacle["kind"], string | false])[], takesReason: boolean): Obstacle[] {
  return all.flatMap(([kind, text]) => (text === false ? [] : [{ kind, text, takesReason }]));
}

const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;

function waitingWords({ waiting }: CountedCase): string | false {
  return waiting > 0 && `${counted(waiting, "cell waits", "cells wait")} for the model.`;
}

function awaitedWords({ awaited }: CountedCase): string | false {
  return awaited > 0 && `${counted(awaited, "file of an upload has", "files of an upload have")} not arrived.`;
}

// What readers labelled does not rest on the model.
function unfamiliarWords({ classified, unfamiliar, byModel }: Tally): string | false {
  return (
    byModel > 0 &&
    familiarityOf(unfamiliar, classified).warns &&
    `${unfamiliar} of ${classified} cells do not look like the model's training images, and ${counted(byModel, "cell was", "cells were")} classified by the model alone.`
  );
}

function differencesWords(differences: number): string | false {
  return (
    differences > 0 &&
    `${counted(differences, "difference between the readings is", "differences between the readings are")} not settled.`
  );
}

function secondReaderWords({ found, tally, report, rules }: SigningFacts): string | false {
  if (found.secondReading !== "none") return false;
  const outside = (report?.classes ?? []).filter(({ position, absolutePosition }) =>
    [position, absolutePosition].some((one) => one === "above" || one === "below"),
  );
  const reasons = {
    range: outside.map(({ class: name }) => `${name} is outside its reference range`),
    critical: criticalOf(report, rules).length > 0 ? ["a value is critical"] : [],
    unidentified:
      tally.unidentified > 0 ? [counted(tally.unidentified, "cell is unidentified", "cells are unidentified")] : [],
  };
  const all = rules.secondReader.flatMap((reflex) => reasons[reflex]);
  return all.length > 0 && `The laboratory requires a second reading of this case: ${all.join("; ")}.`;
}

function unidentifiedWords({ tally: { cells, unidentified }, rules }: SigningFacts): string | false {
  const of = cells + unidentified;
  return (
    unidentified > rules.mostUnidentified * of &&
    `${unidentified} of ${counted(of, "cell")} (${percent(unidentified / of)}) ${unidentified === 1 ? "is" : "are"} unidentified; the laboratory's limit is ${percent(rules.mostUnidentified)}.`
  );
}

function fewCellsWords({ tally: { cells }, rules }: SigningFacts): string | false {
  return (
    cells > 0 &&
    cells < rules.leastCells &&
    `${counted(cells, "cell is", "cells are")} counted; the laboratory's minimum is ${rules.leastCells}.`
  );
}

function modelWords({ found, activeModel }: SigningFacts): string | false {
  return (
    found.model !== activeModel &&
    `The laboratory's model has changed to ${activeModel} since this case was classified by ${found.model}.`
  );
}
