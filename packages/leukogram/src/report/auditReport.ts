import type {
  Audit,
  BadFile,
  ClassCount,
  CopyGroup,
  CopyMember,
  MeasureSummary,
  NamedShortcut,
  OddFile,
} from "../audit/types.ts";
import { MEASURES } from "../data/microscopy/measures.ts";
import { pictureTile } from "./pictures/pictureTile.ts";
import { className, percentCell } from "./sections.ts";
import { count, percent, plural } from "./text/format.ts";
import { type Content, type Markup, markup } from "./text/markup.ts";
import { type Column, page, type Section, table } from "./text/page.ts";

/** What an {@link auditReport} is made of. */
export interface AuditReportInput {
  readonly title: string;
  readonly audit: Audit;
  /** Small pictures as data URIs, by path; copies without one are listed by name. */
  readonly thumbnails: ReadonlyMap<string, string>;
  readonly version: string;
}

/** Groups of copies that a report shows; all are in the JSON. */
export const COPIES_SHOWN = 24;
/** Members of a group that it shows. */
export const MEMBERS_SHOWN = 6;
/** Suspect labels that it shows. */
export const SUSPECTS_SHOWN = 48;
const FILES_SHOWN = 40;

/** What was found in labelled images, as a self-contained HTML document. */
export function auditReport({ title, audit, thumbnails, version }: AuditReportInput): string {
  return page({
    title,
    kind: "Audit",
    facts: [plural(audit.images, "image"), plural(audit.classes.length, "class", "classes"), audit.parts.join(", ")],
    lead: findingList(audit),
    sections: sectionsOf(audit, thumbnails),
    version,
  });
}

const SEVERITIES = { fault: "To fix", doubt: "To check", note: "For information" };

function findingList({ findings }: Audit): Content {
  if (findings.length === 0) return markup`<p class="lead">No problems found in this data.</p>`;
  const item = ({ severity, text }: Audit["findings"][number]) =>
    markup`<div class="verdict ${severity}"><p>${SEVERITIES[severity]}</p><p>${text}</p></div>\n`;
  return markup`<div class="panel" style="margin-top:32px">${findings.map(item)}</div>`;
}

function sectionsOf(audit: Audit, thumbnails: ReadonlyMap<string, string>): Section[] {
  const files = audit.bad.length + audit.odd.length;
  return [
    { id: "counts", heading: "Images by class", body: countTable(audit) },
    ...(files > 0 ? [{ id: "files", heading: "Files", body: fileTables(audit) }] : []),
    ...(audit.copies.length > 0
      ? [{ id: "copies", heading: "Copies of one cell", body: copyGallery(audit.copies, thumbnails) }]
      : []),
    ...(audit.suspects && audit.suspects.length > 0
      ? [{ id: "suspects", heading: "Labels to check", body: suspectGallery(audit.suspects, thumbnails) }]
      : []),
    ...(audit.shortcuts.length > 0
      ? [{ id: "shortcuts", heading: "Predicted without the cell", body: shortcutTable(audit) }]
      : []),
    { id: "measures", heading: "What the classes look like", body: measureTable(audit) },
    { id: "method", heading: "Methods", body: METHOD },
  ];
}

function countTable({ counts, parts, classes }: Audit): Markup {
  const columns: Column<ClassCount>[] = [
    { heading: "Class", cell: (row) => className(row.class, classes.indexOf(row.class)) },
    ...parts.map((part) => ({
      heading: part,
      cell: (row: ClassCount) => count(row.byPart[part] ?? 0),
      number: true,
    })),
    { heading: "All", cell: (row) => count(row.total), number: true },
  ];
  return markup`<div class="panel">${table(counts, columns)}</div>`;
}

function fileTables({ bad, odd }: Audit): Content {
  const badColumns: Column<BadFile>[] = [
    { heading: "Can't be read", cell: (row) => row.file },
    { heading: "Kind", cell: (row) => row.problem },
    { heading: "Why", cell: (row) => row.reason },
  ];
  const oddColumns: Column<OddFile>[] = [
    { heading: "Odd", cell: (row) => row.file },
    { heading: "Pixels", cell: (row) => `${row.width} \u00d7 ${row.height}`, number: true },
    { heading: "Unusual property", cell: (row) => row.oddities.join(", ") },
  ];
  return [
    bad.length > 0 && markup`<div class="panel">${table(bad.slice(0, FILES_SHOWN), badColumns)}</div>`,
    odd.length > 0 && markup`<div class="panel">${table(odd.slice(0, FILES_SHOWN), oddColumns)}</div>`,
    more(Math.max(bad.length, odd.length) - FILES_SHOWN, "file"),
  ];
}

const more = (left: number, what: string): Content =>
  left > 0 && markup`<p class="minor">And ${plural(left, `more ${what}`, `more ${what}s`)}; --json lists them all.</p>`;

function copyGallery(copies: readonly CopyGroup[], thumbnails: ReadonlyMap<string, string>): Content {
  const groups = copies.slice(0, COPIES_SHOWN).map((group) => {
    const marks = [
      group.acrossParts ? "in more than one part" : "",
      group.acrossClasses ? "with more than one label" : "",
      group.isNamed ? "named as augmented" : "",
    ].filter(Boolean);
    const shown = group.members.slice(0, MEMBERS_SHOWN).map((member) => memberFigure(member, thumbnails));
    const left = group.members.length - MEMBERS_SHOWN;
    return markup`<div class="verdict"><p>${marks.length > 0 ? marks.join(", ") : "in one part and class"}</p><div class="gallery">${shown}</div>${more(left, "copy")}</div>\n`;
  });
  return [markup`<div class="panel">${groups}</div>`, more(copies.length - COPIES_SHOWN, "cell")];
}

function suspectGallery(suspects: NonNullable<Audit["suspects"]>, thumbnails: ReadonlyMap<string, string>): Content {
  const tiles = suspects
    .slice(0, SUSPECTS_SHOWN)
    .map(({ file, path, label, suggested }) =>
      tile({ file, class: label }, thumbnails.get(path), markup`${label}, predicted <b>${suggested}</b>`),
    );
  return [
    markup`<p>Models that were not trained on these images are confident of a class other than the label. The most suspect labels come first; the models can be wrong too.</p>`,
    markup`<div class="gallery">${tiles}</div>`,
    more(suspects.length - SUSPECTS_SHOWN, "label"),
  ];
}

function memberFigure(member: CopyMember, thumbnails: ReadonlyMap<string, string>): Markup {
  return tile(member, thumbnails.get(member.path), [member.part, ", ", member.class, howText(member)]);
}

const tile = (
  { file, class: name }: Pick<CopyMember, "file" | "class">,
  source: string | undefined,
  caption: Content,
) => pictureTile({ file, alt: `${name}, ${file}`, source, caption });

function howText({ alignment, kind }: CopyMember): Content {
  if (alignment === undefined) return "";
  if (kind === "identical") return markup`<br>the same pixels`;
  const degrees = Math.round(alignment.turn) % 360;
  const turned = degrees === 0 ? "" : `rotated by ${degrees}\u00b0`;
  const { zoom } = alignment;
  const zoomed = zoom.toFixed(2) === "1.00" ? "" : `${zoom.toFixed(2)} times larger`;
  const how = [alignment.mirrored ? "mirrored" : "", turned, zoomed].filter(Boolean).join(", ");
  return markup`<br>${how || (kind === "cropped" ? "moved" : "saved again")} (${alignment.correlation.toFixed(2)})`;
}

const SHORTCUT_NAMES = {
  background: "Background, with the cell masked out",
  colours: "Colours alone",
  file: "Size and format of the file",
};

function shortcutTable({ shortcuts, classes }: Audit): Content {
  const columns: Column<NamedShortcut>[] = [
    { heading: "Predicted from", cell: (row) => SHORTCUT_NAMES[row.name] },
    { heading: "Guessing", cell: (row) => percent(row.chance), number: true },
    { heading: "Balanced accuracy", cell: (row) => percentCell(row.balancedAccuracy), number: true },
    ...classes.map((name, k) => ({
      heading: name,
      cell: (row: NamedShortcut) => percent(row.recall[k]?.value),
      number: true,
    })),
  ];
  return [
    markup`<p>The performance of a simple model that does not see the cell\u2019s shape. If it beats guessing, a large model can use the same shortcut.</p>`,
    markup`<div class="panel">${table(shortcuts, columns)}</div>`,
  ];
}

interface MeasureRow {
  readonly class: string;
  readonly index: number;
  readonly values: ReadonlyMap<string, MeasureSummary>;
}

const SHOWN_MEASURES = [
  ["sharpness", "Sharpness"],
  ["brightness", "Brightness"],
  ["backgroundGreen", "Background, green"],
  ["stainRed", "Stain, red"],
  ["stainGreen", "Stain, green"],
  ["stainBlue", "Stain, blue"],
  ["cellSize", "Cell size"],
] as const;

function measureTable({ measures, classes }: Audit): Content {
  const rows = classes.map((name, index): MeasureRow => {
    const own = measures.filter((row) => row.class === name);
    return { class: name, index, values: new Map(own.map((row) => [row.measure, row])) };
  });
  const digits = (value: number) => (Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(2));
  const columns: Column<MeasureRow>[] = [
    { heading: "Class", cell: (row) => className(row.class, row.index) },
    ...SHOWN_MEASURES.map(([name, heading]) => ({
      heading,
      cell: ({ values }: MeasureRow): Content => {
        const found = values.get(name);
        if (found === undefined) return "n/a";
        return [
          digits(found.median),
          markup`<span class="limits">${digits(found.low)} to ${digits(found.high)}</span>`,
        ];
      },
      number: true,
    })),
  ];
  const units = MEASURES.filter(({ name }) => SHOWN_MEASURES.some(([shown]) => shown === name)).map(
    ({ name, unit }) => `${name}: ${unit}`,
  );
  return [
    markup`<div class="panel">${table(rows, columns)}</div>`,
    markup`<p class="minor">Medians, and the range of the middle 80 %. ${units.join("; ")}.</p>`,
  ];
}

const METHOD = [
  markup`<p>Copies are found by a hash of the pixels, and by fingerprints that do not change when an image is rotated or flipped. Images with similar fingerprints are compared in all rotations, and count as copies if they match. Zoomed or shifted crops of one image are found among images with similar features in Leukogram\u2019s classifier, by aligning their spectra and then their grey levels. Two photographs of one cell are not found.</p>`,
  markup`<p>To test whether a class can be predicted without the cell, softmax regressions are fitted to colours outside the cell, colours of the whole image, and the file\u2019s size and format, with five-fold cross-validation that keeps copies and groups together. Intervals are 95 % and account for groups.</p>`,
];
