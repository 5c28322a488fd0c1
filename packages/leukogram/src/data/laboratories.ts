import { basename, extname, resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { type DataSource, parseSource } from "./dataSource.ts";
import { openData, requireUnlikeNames } from "./dataset.ts";
import { compareCodePoints } from "./folders/walk.ts";
import { isManifestName } from "./manifest/manifestTable.ts";
import { remark } from "./remarks.ts";
import type { DataOptions, Dataset, OpenedData, Sample } from "./sample.ts";

/** What images are listed under whose laboratory no manifest names, where those of others are known. */
const UNKNOWN = "unknown";

/**
 * Opens the images of one or several laboratories, each `DIR` or `NAME=DIR` as {@link openData} reads it, as one data
 * set. The classes are all those that a laboratory has; none needs to have them all. A single `DIR` is opened as it is.
 *
 * Of several, each sample's `file` and `group` begin with the source's name, and its `laboratory` is that name, or what
 * the source's own manifest says where the source has no name of its own. Parts that only some sources have, such as
 * test images, are made of theirs; where one has its validation images apart, all must.
 *
 * @throws LeukogramError ERR_USAGE if two sources have one name; ERR_DATA as {@link openData}.
 *
 * @example
 * const { train } = openLaboratories(["A=data/a", "B=data/b"]);
 * laboratoryNames(train.samples); // ["A", "B"]
 */
export function openLaboratories(texts: readonly string[], options: DataOptions = {}): OpenedData {
  return openSources(texts, (path) => openData(path, options));
}

function openSources(texts: readonly string[], open: (path: string) => OpenedData): OpenedData {
  const sources = texts.map(parseSource);
  const [first] = sources;
  if (first === undefined) throw new LeukogramError("ERR_USAGE", "data: no folder given");
  if (sources.length === 1) {
    const opened = open(first.path);
    return first.laboratory === undefined ? opened : named(opened, first.laboratory);
  }
  requireDistinct(sources);
  return merge(sources.map((source) => ({ source, opened: open(source.path) })));
}

/**
 * Opens the images to judge a model by, as {@link openLaboratories}: of each source the test images, else its
 * validation part, else all of them.
 *
 * @throws as {@link openLaboratories}.
 */
export function openToJudge(texts: readonly string[], options: DataOptions = {}): Dataset {
  const judged = (path: string): OpenedData => ({
    train: partToJudge(openData(path, options), path),
    validation: undefined,
    test: undefined,
  });
  return openSources(texts, judged).train;
}

/** The part to judge a model by: test, else validation, which is remarked, else all. */
export function partToJudge({ train, validation, test }: OpenedData, path: string): Dataset {
  if (test === undefined && validation !== undefined)
    remark(`${path}: has no test part, so the validation part is used; a model chosen by it looks too good`);
  return test ?? validation ?? train;
}

/** The laboratories of these images, sorted; none if no image's laboratory is known. */
export function laboratoryNames(samples: readonly Sample[]): readonly string[] {
  if (samples.every(({ laboratory }) => laboratory === undefined)) return [];
  return [...new Set(samples.map(laboratoryOf))].sort(compareCodePoints);
}

/** The name that an image's laboratory goes by: "unknown" if none is known. */
export function laboratoryOf({ laboratory }: Pick<Sample, "laboratory">): string {
  return laboratory ?? UNKNOWN;
}

/** Each image's laboratory as an index into {@link laboratoryNames}; undefined if there are fewer than two. */
export function laboratoryIndices(samples: readonly Sample[]): readonly number[] | undefined {
  const names = laboratoryNames(samples);
  return names.length < 2 ? undefined : samples.map((sample) => names.indexOf(laboratoryOf(sample)));
}

interface OpenedSource {
  readonly source: DataSource;
  readonly opened: OpenedData;
}

const PARTS = ["train", "validation", "test"] as const;

function merge(all: readonly OpenedSource[]): OpenedData {
  const withValidation = all.filter(({ opened }) => opened.validation !== undefined);
  if (withValidation.length > 0 && withValidation.length < all.length) {
    throw new LeukogramError(
      "ERR_DATA",
      `${withValidation[0]!.source.path} has a Validation folder, but ${all.find(({ opened }) => !opened.validation)!.source.path} has none`,
      { hint: "Either all laboratories need a Validation folder, or none." },
    );
  }
  const classes = [...new Set(all.flatMap(({ opened }) => opened.train.classes))].sort(compareCodePoints);
  requireUnlikeNames(classes, all.map(({ source }) => source.path).join(", "));
  const [train, validation, test] = PARTS.map((part) => {
    const samples = all.flatMap(({ source, opened }) => rename(source, opened[part], classes));
    return samples.length === 0 ? undefined : { root: all[0]!.opened.train.root, classes, samples };
  });
  return { train: train!, validation, test };
}

function rename(source: DataSource, dataset: Dataset | undefined, classes: readonly string[]): Sample[] {
  if (dataset === undefined) return [];
  const name = nameOf(source);
  return dataset.samples.map((sample) => ({
    ...sample,
    file: `${name}/${sample.file}`,
    group: `${name}/${sample.group}`,
    label: classes.indexOf(dataset.classes[sample.label]!),
    laboratory: source.laboratory ?? sample.laboratory ?? name,
  }));
}

function named(opened: OpenedData, laboratory: string): OpenedData {
  const name = <T extends Dataset | undefined>(dataset: T): T =>
    dataset && { ...dataset, samples: dataset.samples.map((sample) => ({ ...sample, laboratory })) };
  return { train: name(opened.train), validation: name(opened.validation), test: name(opened.test) };
}

/** What a source goes by: the name it was given, else that of its folder or manifest. */
export function nameOf({ laboratory, path }: DataSource): string {
  const whole = resolve(path);
  return laboratory ?? basename(whole, isManifestName(whole) ? extname(whole) : "");
}

function requireDistinct(sources: readonly DataSource[]): void {
  for (const [i, source] of sources.entries()) {
    const other = sources.slice(0, i).find((earlier) => nameOf(earlier) === nameOf(source));
    if (other === undefined) continue;
    throw new LeukogramError("ERR_USAGE", `data: both ${other.path} and ${source.path} are named "${nameOf(source)}"`, {
      hint: `Give each a different name, such as A=${other.path}.`,
    });
  }
}
