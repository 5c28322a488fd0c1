import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, by path below tests/, in order: were one of the first to begin last, a core would idle at the end. */
const LONGEST = [
  ...["web/story", "web/models", "audit/planted", "evaluation/coverage", "audit/suspectLabels", "cli/laboratory"],
  ...["cli/input/scale", "server/scale"],
  ...["models/backbones", "cli/input/data", "audit/auditData", "server/work/work", "server/kill"],
  ...["adaptation/fewLabels/adaptToLabels", "models/backboneFormats", "cli/crossvalidate", "cli/reproduce"],
  ...["cli/convert", "cli/laboratories", "training/trainModel", "browser/browser", "cli/generalise", "training/kill"],
  ...["house/package", "cli/compare", "store/store", "server/access", "server/crossSite", "formats/fuzz", "cli/adapt"],
  ...["graph/compileTraining", "cli/train", "cli/explain", "cli/predict", "store/keeping", "server/databaseAway"],
  ...["adaptation/joinRuns", "cli/models", "cli/evaluate"],
];

// -1 for those that are fast.
const placeOf = ({ moduleId }: TestSpecification) =>
  LONGEST.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`));

/** Fast files first, as Vitest orders them, so that most faults are told soon; then the long ones, the longest of them first. */
export class FileOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}
