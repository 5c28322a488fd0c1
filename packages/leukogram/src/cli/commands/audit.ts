import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Audit } from "../../audit/types.ts";
import { auditJob } from "../../jobs/auditJob.ts";
import { textTable } from "../../report/text/textTable.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { number, print } from "../options.ts";
import { addPictureFlags } from "../pictureFlags.ts";
import { Progress } from "../progress.ts";

/** Flags of `audit`. */
interface Flags {
  readonly out?: string;
  readonly predictions?: string;
  readonly seed: number;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const MARKS = { fault: "FIX  ", doubt: "CHECK", note: "note " };

const audit: CommandModule = {
  define(command) {
    command
      .description(
        "Check whether labelled images are fit for training: unreadable files, copies of one cell across splits or labels, and classes that can be predicted without the cell itself.",
      )
      .argument(
        "<dirs...>",
        "class folders, folders with Train/ and Test/, or manifest CSVs; use NAME=DIR to name a laboratory",
      )
      .option("--out <file>", "write an HTML report that shows the copies")
      .option("--group-by <column>", "manifest column that groups images: patient, slide")
      .option(
        "--predictions <file>",
        "predictions.csv from models that were not trained on these images (crossvalidate writes one), to find labels that are probably wrong",
      )
      .option("--seed <number>", "random seed", number, 0)
      .option("--strict", "exit with code 3 if any finding needs fixing");
    addClassNameFlags(command);
    addPictureFlags(command);
  },
  examples: [
    "leukogram audit cells",
    "leukogram audit cells --out audit.html",
    "leukogram audit cells --predictions runs/cnn-cv/predictions.csv --out audit.html",
    "leukogram audit A=cells-a B=cells-b --json",
  ],
  async execute({ args: [dirs], options, signal }) {
    const { out, predictions, seed, strict, json, quiet } = options as unknown as Flags;
    const sources = dirs as readonly string[];
    const found = await auditJob({
      ...{ data: sources, out, predictions, seed, signal, labels: labelledDataOf(options) },
      onProgress: new Progress(Boolean(quiet)).hear,
    });
    print(Boolean(json), { data: sources, ...found }, () =>
      [...lines(found), ...(out ? [`Report: ${out}`] : [])].join("\n"),
    );
    const faults = found.findings.filter(({ severity }) => severity === "fault").length;
    if (strict && faults > 0)
      throw new LeukogramError(
        "ERR_DATA",
        `${sources.join(", ")}: ${faults} of the findings ${faults === 1 ? "needs" : "need"} fixing`,
        {
          hint: "They are listed first.",
        },
      );
  },
};

function lines({ counts, parts, images, findings }: Audit): string[] {
  const table = textTable([
    ["Class", ...parts, "all"],
    ...counts.map((row) => [row.class, ...parts.map((part) => String(row.byPart[part] ?? 0)), String(row.total)]),
  ]);
  const told = findings.map(({ severity, text }) => `${MARKS[severity]} ${text}`);
  return [table, "", `${counted(images, "image")}.`, ...(told.length > 0 ? told : ["No problems found in this data."])];
}

export default audit;
