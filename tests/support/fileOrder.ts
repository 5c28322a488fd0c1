import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, by path below tests/, in order: were one of the first to begin last, a core would idle at the end. */
const LONGEST = [
  ...["web/story", "server/work/unlabelled", "house/package", "web/uploads", "web/signing", "store/store"],
  ...["server/work/work", "web/labels", "cli/laboratory", "cli/input/scale", "evaluation/coverage"],
  ...["browser/browser", "audit/planted", "server/connections/killResults", "web/models", "cli/reproduce"],
  ...["web/access", "web/languages", "models/backbones", "web/queue", "web/crops", "web/unlabelled"],
  ...["web/privateMode", "house/examples", "audit/suspectLabels", "audit/auditData", "training/trainModel"],
  ...[
    "server/kill",
    "cli/judging/crossvalidate",
    "web/conflicts",
    "cli/judging/generalise",
    "web/focus",
    "formats/fuzz",
  ],
  ...["graph/compileTraining", "models/backboneFormats", "web/listing", "cli/input/data", "server/access/signIn"],
  ...["web/moving", "server/connections/results", "evaluation/shippedModels", "training/kill", "server/answers"],
  ...["web/connections", "training/fineTuning", "cli/adapt", "server/cases/moving", "store/keeping", "web/ranges"],
  ...[
    "web/reporting",
    "cli/judging/compare",
    "cli/input/foreign",
    "server/work/engine",
    "cli/convert",
    "server/work/pace",
  ],
  ...["adaptation/fewLabels/adaptToLabels", "server/scale", "house/publicTypes", "cli/judging/laboratories"],
  ...["cli/input/types", "cli/explain", "adaptation/unlabelled/adaptUnlabelled", "server/signing"],
  ...["server/access/access", "server/reports/critical", "browser/example", "cli/join", "server/databaseAway"],
  ...["training/progressiveRunner", "cli/input/classNames", "store/schema", "adaptation/labelFree/labelFree"],
  ...["metrics/differential", "cli/help", "adaptation/joinRuns", "server/labels/types", "cli/train"],
  ...["adaptation/joinScaled", "server/connections/fhir", "server/reports/languages"],
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
