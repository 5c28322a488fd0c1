import { t, textOf } from "../language/words.ts";
import { absoluteWords, chartWords, erythroblastWords, summaryWords, tickWords, usualWords } from "./countWords.ts";

/** Texts of counts, read when they are shown. */
export const countsTexts = {
  get title() {
    return t("counts.title");
  },
  get table() {
    return t("counts.table");
  },
  get none() {
    return t("counts.none");
  },
  get behind() {
    return t("counts.behind");
  },
  get subtypes() {
    return t("counts.subtypes");
  },
  get subtypeName() {
    return t("counts.subtypeName");
  },
  get class() {
    return t("counts.class");
  },
  get cells() {
    return t("counts.cells");
  },
  get share() {
    return t("counts.share");
  },
  get classAbsolute() {
    return t("counts.classAbsolute");
  },
  get before() {
    return t("counts.before");
  },
  get chart() {
    return t("counts.chart");
  },
  get chartAlone() {
    return t("counts.chartAlone");
  },
  get usualHead() {
    return t("counts.usualHead");
  },
  key: {
    get value() {
      return t("counts.key.value");
    },
    get limits() {
      return t("counts.key.limits");
    },
    get usual() {
      return t("counts.key.usual");
    },
  },
  get showBefore() {
    return t("counts.showBefore");
  },
  get warnings() {
    return t("counts.warnings");
  },
  get unreliable() {
    return t("counts.unreliable");
  },
  get flags() {
    return t("counts.flags");
  },
  get notes() {
    return t("counts.notes");
  },
  beforeOf: (count: string | number) => t("counts.beforeOf", { count }),
  byModel: (cells: number) => t("counts.byModel", { cells }),
  erythroblasts: erythroblastWords,
  summary: summaryWords,
  chartOf: chartWords,
  tick: tickWords,
  usual: usualWords,
  absolute: absoluteWords,
  position: (position: string) => textOf(`counts.position.${position}`, position),
};
