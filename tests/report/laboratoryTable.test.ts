import type { LaboratoryFigures } from "leukogram/evaluation/laboratories/laboratories";
import { modelCard } from "leukogram/report/cards/modelCard";
import { laboratoryMarkdown, laboratoryText } from "leukogram/report/laboratoryTable";
import { runReport } from "leukogram/report/text/html";
import { describe, expect, it } from "vitest";
import { estimate, evaluationOf, runInput } from "./fixtures.ts";

const evaluation = (accuracy: number, count: number) => ({
  ...evaluationOf(),
  count,
  accuracy: estimate(accuracy, count),
  balancedAccuracy: estimate(accuracy - 0.1, count),
});

const figures: LaboratoryFigures = {
  validation: [
    { laboratory: "A", evaluation: evaluation(0.99, 10) },
    { laboratory: "B<", evaluation: evaluation(0.9, 50) },
  ],
  test: [{ laboratory: "A", evaluation: evaluation(0.98, 1200) }],
  neverSeen: [],
  leaveOneOut: {
    laboratories: [
      { laboratory: "A", evaluation: evaluation(0.8, 1200), trainedOn: ["B<"], leftOut: 0, judgedOn: "test" },
      { laboratory: "B<", evaluation: evaluation(0.7, 250), trainedOn: ["A"], leftOut: 3, judgedOn: "all" },
    ],
    notes: ["B<: 3 images were not judged, as no other laboratory has their class."],
  },
};

describe("the table by laboratory", () => {
  it("sets unseen beside seen, test images before validation images, and the mean over laboratories below", () => {
    const lines = laboratoryText(figures).split("\n");
    expect(lines[0]).toMatch(/^Laboratory +Unseen: images +Unseen: accuracy +Unseen: balanced accuracy +Seen: images /);
    expect(lines[1]).toMatch(/^A +1,200 +80\.0 % \(.*\) +70\.0 % \(.*\) +1,200 +98\.0 % \(.*\) +88\.0 % \(/);
    expect(lines[2]).toMatch(/^B< +250 +70\.0 % \(.*\) +60\.0 % \(.*\) +50 +90\.0 % \(.*\) +80\.0 % \(/);
    // The t interval of two values is as wide as it can be.
    expect(lines[3]).toMatch(
      /^Mean over laboratories +75\.0 % \(11\.5 to 100\.0\) +65\.0 % \(1\.5 to 100\.0\) +94\.0 %/,
    );
  });

  it("has only what was seen where none was left out", () => {
    const text = laboratoryText({ ...figures, leaveOneOut: undefined });
    expect(text).not.toContain("Unseen");
    expect(text.split("\n")).toHaveLength(4);
  });

  it("counts a laboratory that has test images alone among the unseen ones", () => {
    const neverSeen = [{ laboratory: "C", evaluation: evaluation(0.5, 30) }];
    const lines = laboratoryText({ ...figures, leaveOneOut: undefined, neverSeen }).split("\n");
    expect(lines[3]).toMatch(/^C +30 +50\.0 % .* +n\/a +n\/a$/);
    expect(lines[1]).toMatch(/^A +n\/a +n\/a +1,200 /);
  });

  it("stands in report and card, as plain text, with its notes", () => {
    const report = runReport(runInput({ laboratories: figures }));
    expect(report).toContain('id="laboratories"');
    expect(report).toContain("<li>B&lt;: 3 images were not judged");
    expect(runReport(runInput())).not.toContain('id="laboratories"');
    expect(modelCard(runInput({ laboratories: figures }))).toContain(laboratoryMarkdown(figures));
    expect(laboratoryMarkdown(figures)).toContain("| B\\< | 250 |");
  });
});
