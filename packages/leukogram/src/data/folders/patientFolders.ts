import { join, relative, resolve, sep } from "node:path";
import { remark } from "../remarks.ts";

/** Names such as patient_12, P07, slide-3, 0042. */
const PATIENT = /^(?:p|s|id|pt|pat|patient|subject|case|donor|slide|smear|sample)?[ _-]*\d+[a-z]?$/i;
/** Fewer folders would be no patients, and leave nothing to split. */
const FEWEST = 3;

/** Options of {@link patientFolders}. */
export interface PatientFolderOptions {
  /** Images of each class. */
  readonly found: readonly (readonly string[])[];
  /** Whether a manifest groups the images. */
  readonly isKnown: boolean;
}

/**
 * The group of an image by the folder below its class, `Basophil/patient7/a.jpg`, where all images lie in such folders and
 * no manifest groups them; undefined otherwise. Folders of one name in several classes are one patient.
 */
export function patientFolders(
  dir: string,
  { found, isKnown }: PatientFolderOptions,
): ((path: string) => string) | undefined {
  const folderOf = (path: string) => {
    const parts = relative(resolve(dir), path).split(sep);
    return parts.length > 2 ? parts[1] : undefined;
  };
  const names = new Set(found.flat().map(folderOf));
  const isAll =
    !isKnown && names.size >= FEWEST && [...names].every((name) => name !== undefined && PATIENT.test(name));
  if (!isAll) return undefined;
  const some = [...names].slice(0, 3).join(", ");
  remark(
    `${dir}: the ${names.size} folders inside the class folders (${some}, ...) are treated as patients, whose images stay together; to change this, add ${join(dir, "manifest.csv")}`,
  );
  return (path) => `patient:${folderOf(path)}`;
}
