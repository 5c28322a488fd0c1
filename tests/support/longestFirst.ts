import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, by path below tests/: what begins last should be short, or a core idles at the end. */
const LONGEST = [
  ...["web/story", "web/models", "audit/planted", "evaluation/coverage", "audit/suspectLabels", "cli/laboratory"],
  ...["models/backbones", "cli/data", "cli/judge", "audit/auditData", "server/work/work", "server/kill"],
  ...["adaptation/fewLabels/adaptToLabels", "models/backboneFormats", "cli/crossvalidate", "cli/reproduce"],
  ...["cli/convert", "cli/laboratories", "training/trainModel", "browser/browser", "cli/generalise", "training/kill"],
  ...["package", "store/store", "server/access", "formats/fuzz", "cli/adapt", "graph/compileTraining", "cli/train"],
  ...["cli/explain", "store/keeping", "server/databaseAway", "adaptation/joinRuns", "cli/models"],
];

const placeOf = ({ moduleId }: TestSpecification) => {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`));
  return place < 0 ? LONGEST.length : place;
};

/** Runs the longest files first, also where no earlier run tells their times; then the others as Vitest would. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}
