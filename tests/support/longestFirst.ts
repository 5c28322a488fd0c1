import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, by path below tests/: what begins last should be short, or a core idles at the end. */
const LONGEST = [
  ...["web/story", "web/models", "browser/browser", "audit/planted", "evaluation/coverage", "audit/suspectLabels"],
  ...["cli/laboratory", "cli/reproduce", "package", "server/work/work", "audit/auditData", "graph/compileTraining"],
  ...["models/backbones", "models/backboneFormats", "server/kill", "store/store", "cli/judge", "cli/data"],
  ...["cli/generalise", "cli/convert", "cli/crossvalidate", "metrics/differential", "metrics/curveBands"],
  ...["training/trainModel", "formats/fuzz", "adaptation/fewLabels/adaptToLabels", "cli/laboratories"],
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
