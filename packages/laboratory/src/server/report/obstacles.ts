// What stands against a signature: a count is signed without a word only if it is whole.

import { type Sentence, shownNumber } from "@leukogram/engine/core/sentence";
import type { DifferentialReport } from "leukogram/differential/types";
import { familiarityOf } from "leukogram/metrics/familiarity";
import type { Tally } from "leukogram/review/count";
import type { z } from "zod";
import { said } from "../../messages/reportSpeech.ts";
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

/** With its sentence. */
export interface ToldObstacle extends Obstacle {
  readonly sentence: Sentence;
}

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
export function obstaclesOf(facts: SigningFacts): ToldObstacle[] {
  const final = [
    ["noCells", facts.tally.cells === 0 && facts.found.waiting === 0 && said("obstacle.noCells")],
    ["waiting", waitingWords(facts.found)],
    ["secondReading", facts.found.secondReading === "going on" && said("obstacle.secondReading")],
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
export function obstaclesOfReport(input: ReportInput, activeModel: string): ToldObstacle[] {
  const { found, cells, second, rules, order } = input;
  const tally = tallyOfCells(cells);
  const differences = second === undefined ? 0 : differencesOf(cells, second.at).length;
  const report = reportOf(tally, reportFacts(input));
  return obstaclesOf({ found, tally, report, differences, rules, activeModel, order });
}

function told(all: readonly (readonly [Obstacle["kind"], Sentence | false])[], takesReason: boolean): ToldObstacle[] {
  return all.flatMap(([kind, sentence]) =>
    sentence === false ? [] : [{ kind, text: sentence.text, takesReason, sentence }],
  );
}

const percent = (share: number) => shownNumber(100 * share, 1);

function waitingWords({ waiting }: CountedCase): Sentence | false {
  return waiting > 0 && said("obstacle.waiting", { cells: waiting });
}

function awaitedWords({ awaited }: CountedCase): Sentence | false {
  return awaited > 0 && said("obstacle.awaited", { files: awaited });
}

// What readers labelled does not rest on the model.
function unfamiliarWords({ classified, unfamiliar, byModel }: Tally): Sentence | false {
  return (
    byModel > 0 &&
    familiarityOf(unfamiliar, classified).warns &&
    said("obstacle.unfamiliar", { unfamiliar, classified, byModel })
  );
}

function differencesWords(differences: number): Sentence | false {
  return differences > 0 && said("obstacle.differences", { differences });
}

function secondReaderWords({ found, tally, report, rules }: SigningFacts): Sentence | false {
  if (found.secondReading !== "none") return false;
  const outside = (report?.classes ?? []).filter(({ position, absolutePosition }) =>
    [position, absolutePosition].some((one) => one === "above" || one === "below"),
  );
  const reasons = {
    range: outside.map(({ class: name }) => said("obstacle.outOfRange", { class: name })),
    critical: criticalOf(report, rules).length > 0 ? [said("obstacle.critical")] : [],
    unidentified: tally.unidentified > 0 ? [said("obstacle.someUnidentified", { cells: tally.unidentified })] : [],
  };
  const all = rules.secondReader.flatMap((reflex): Sentence[] => reasons[reflex]);
  return all.length > 0 && said("obstacle.secondReader", { reasons: all });
}

function unidentifiedWords({ tally: { cells, unidentified }, rules }: SigningFacts): Sentence | false {
  const of = cells + unidentified;
  return (
    unidentified > rules.mostUnidentified * of &&
    said("obstacle.unidentified", {
      ...{ unidentified, cells: of, percent: percent(unidentified / of), limit: percent(rules.mostUnidentified) },
    })
  );
}

function fewCellsWords({ tally: { cells }, rules }: SigningFacts): Sentence | false {
  return cells > 0 && cells < rules.leastCells && said("obstacle.fewCells", { cells, least: rules.leastCells });
}

function modelWords({ found, activeModel }: SigningFacts): Sentence | false {
  return found.model !== activeModel && said("obstacle.model", { now: activeModel, before: found.model });
}
