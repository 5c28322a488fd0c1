import { seedMean } from "leukogram/report/seedMean";
import { flattenSettings } from "leukogram/report/settings";
import * as format from "leukogram/report/text/format";
import { element, escapeText, markup } from "leukogram/report/text/markup";
import { describe, expect, it } from "vitest";

describe("numbers in words", () => {
  it("writes shares with their limits", () => {
    expect(format.percentEstimate({ value: 0.972, low: 0.959, high: 0.984 })).toBe("97.2 % (95.9 to 98.4)");
    expect(format.percentEstimate({ value: 0.972, low: Number.NaN, high: Number.NaN })).toBe("97.2 %");
    expect(format.percentEstimate(undefined)).toBe("n/a");
    expect(format.percent(Number.NaN)).toBe("n/a");
  });

  it("writes differences with a sign, but none before zero", () => {
    expect(format.points(0.0183)).toBe("+1.8 points");
    expect(format.points(-0.0183)).toBe("\u22121.8 points");
    expect(format.points(-0.0001)).toBe("0.0 points");
    expect(format.points(0.0001)).toBe("0.0 points");
  });

  it("writes counts, sizes and times", () => {
    expect([0, 999, 1000, 2264389].map(format.count)).toEqual(["0", "999", "1,000", "2,264,389"]);
    expect([512, 2_048, 9_183_442, 2.5e9].map(format.bytes)).toEqual(["512 bytes", "2.0 kB", "9.2 MB", "2.5 GB"]);
    expect([0.42, 42, 59.7, 1873, 5433, 7199.9].map(format.duration)).toEqual([
      "0.4 s",
      "42 s",
      "1 min 0 s",
      "31 min 13 s",
      "1 h 31 min",
      "2 h 0 min",
    ]);
    expect([4.211, 42.11].map(format.milliseconds)).toEqual(["4.21 ms", "42.1 ms"]);
  });

  it("writes p values and learning rates", () => {
    expect([0.0312, 0.0002, 1].map(format.pValue)).toEqual(["p = 0.031", "p < 0.001", "p = 1.000"]);
    expect([0.001, 0.01, 0.0005, 0.00025].map(format.rate)).toEqual(["0.001", "0.01", "5e-4", "2.5e-4"]);
  });
});

describe("markup", () => {
  it("escapes placeholders, joins lists and leaves nothing in place of nothing", () => {
    expect(markup`<p>${"a < b"}${[1, "&"]}${undefined}${false}${markup`<b>${"'"}</b>`}</p>`.text).toBe(
      "<p>a &lt; b1&amp;<b>&#39;</b></p>",
    );
  });

  it("replaces characters that XML cannot hold", () => {
    expect(escapeText("a\u0000b\ud800c\u{1f600}")).toBe("a\ufffdb\ufffdc\u{1f600}");
  });

  it("rounds coordinates and never writes minus zero", () => {
    expect(element("rect", { x: 1 / 3, y: -0.001, rx: undefined }).text).toBe('<rect x="0.33" y="0"/>');
  });
});

describe("seedMean", () => {
  // R: t.test(c(0.96, 0.97, 0.98))$conf.int gives 0.9451586 0.9948414.
  it("gives the t interval", () => {
    const mean = seedMean([0.96, 0.97, 0.98])!;
    expect(mean.value).toBeCloseTo(0.97, 12);
    expect(mean.low).toBeCloseTo(0.9451586, 6);
    expect(mean.high).toBeCloseTo(0.9948414, 6);
  });

  it("has no interval for one seed, and none beyond 1", () => {
    expect(seedMean([0.9])).toBeUndefined();
    expect(seedMean([0.9, 1])!.high).toBe(1);
  });

  it("keeps to Student's t above 30 degrees of freedom", () => {
    const values = Array.from({ length: 41 }, (_, i) => 0.5 + (i - 20) / 1000);
    const { low, high } = seedMean(values)!;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - 0.5) ** 2, 0) / 40);
    // R: qt(0.975, 40) is 2.021075.
    expect((high - low) / 2 / (deviation / Math.sqrt(41))).toBeCloseTo(2.021075, 4);
  });
});

describe("flattenSettings", () => {
  it("dots nested keys and writes lists, switches and nothing in words", () => {
    const settings = { a: { b: { c: 1 } }, list: [224, 224], on: true, off: false, none: null, empty: {}, text: "" };
    expect(flattenSettings(settings)).toEqual([
      ["a.b.c", "1"],
      ["list", "224, 224"],
      ["on", "yes"],
      ["off", "no"],
      ["none", "none"],
      ["empty", "{}"],
      ["text", "(empty)"],
    ]);
  });
});
