import { modelCard } from "leukogram/report/cards/modelCard";
import { describe, expect, it } from "vitest";
import { runInput } from "./fixtures.ts";

describe("modelCard", () => {
  it("says what the model is, how good, on what data, and that it is no medical device", () => {
    const card = modelCard(runInput());
    for (const part of [
      "# MobileNetV2 on Raabin-WBC",
      "**Research use only; not a medical device.**",
      "| Accuracy | 97.7 % (97.3 to 98.2) |",
      "| Monocyte | 93.3 % (90.0 to 96.6) | 88.9 % (84.9 to 92.9) | 91.0 % (87.4 to 94.7) | 234 |",
      "| All | 8,137 | 2,033 | 4,339 |",
      "- One seed only: another seed would give somewhat other figures.",
      "| Training | 31 min 13 s |",
      "| optimizer.learningRate | 0.001 |",
      "```sh\nleukogram train ./Raabin-WBC",
    ]) {
      expect(card).toContain(part);
    }
  });

  it("keeps text of the user from acting as Markdown or HTML", () => {
    const card = modelCard(
      runInput({
        title: "a | b\n# <b>*c*</b>",
        settings: { "k|": "`v`" },
        command: "echo ```\n```",
        warnings: ["[x](y)"],
      }),
    );
    expect(card).toContain("# a \\| b \\# \\<b\\>\\*c\\*\\</b\\>\n");
    expect(card).toContain("| k\\| | \\`v\\` |");
    expect(card).toContain("````sh\necho ```\n```\n````");
    expect(card).toContain("- \\[x\\](y)");
  });

  it("has as many cells in each row of a table as in its heading", () => {
    let cells = 0;
    for (const line of modelCard(runInput()).split("\n")) {
      const now = line.startsWith("|") ? line.replace(/\\\|/g, "").split("|").length : 0;
      if (cells > 0 && now > 0) expect(now).toBe(cells);
      cells = now;
    }
  });
});
