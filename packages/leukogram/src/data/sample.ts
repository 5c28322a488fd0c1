import type { ClassMap } from "./folders/classNames.ts";

/** One labelled image. */
export interface Sample {
  /** Path relative to the data root, with forward slashes. */
  readonly file: string;
  /** Absolute path. */
  readonly path: string;
  /** Index into the data set's classes. */
  readonly label: number;
  /** Shared by siblings of one original, and by images of one patient or slide if known. */
  readonly group: string;
  /** Name of the laboratory that the image comes from; undefined if it is not known. */
  readonly laboratory?: string | undefined;
  /** Width of a red cell in the picture, pixels; undefined if no manifest says its scale. */
  readonly redCell?: number | undefined;
}

/** Labelled images under one root. */
export interface Dataset {
  /** Absolute path that the samples' `file` is relative to. */
  readonly root: string;
  readonly classes: readonly string[];
  readonly samples: readonly Sample[];
}

/** Options of {@link openData} and {@link scanFolder}. */
export interface DataOptions {
  /** Class names, in the order of their labels; all class folders, sorted, by default. */
  readonly classes?: readonly string[];
  /** Path of the manifest that knows the images' groups; `manifest.csv` in the folder by default. */
  readonly manifest?: string;
  /** Column of the manifest whose values group the images; `patient`, else `slide`, else `group` by default. */
  readonly groupBy?: string;
  /** How classes of other names are taken; default: as they are named. */
  readonly mapClasses?: MapClasses | undefined;
}

/** Options of {@link scanFolder}. */
export interface ScanOptions extends DataOptions {
  /** Folder that the samples' `file` is relative to; the scanned folder by default. */
  readonly root?: string;
  /** Whether it is one of several folders of a part, which may lack classes. */
  readonly isPart?: boolean;
}

/** What {@link openData} found; `validation` and `test` are undefined if the data has no such part. */
export interface OpenedData {
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
  readonly test: Dataset | undefined;
}

/** How classes of other names are taken. */
export interface MapClasses {
  readonly map: ClassMap;
  /** Whether images of classes that are none of those wanted are left out; they are refused otherwise. */
  readonly leaveOut: boolean;
  /** Takes what was done, in a sentence. */
  readonly say?: ((text: string) => void) | undefined;
}
