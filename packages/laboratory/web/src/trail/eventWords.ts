import type { Label, TrailEvent } from "../api/types.ts";
import { labelName, t } from "../language/words.ts";

interface Content {
  readonly changes?: readonly { readonly cell: string; readonly label: Label | null }[];
  /** Those added are objects; those classified are [cell, class, whether the model was not sure]. */
  readonly cells?: readonly ({ readonly number: number } | readonly [string, string | null, boolean])[];
  readonly number?: number;
  readonly files?: number;
  readonly meaning?: string;
  readonly reason?: string;
  readonly name?: string;
  readonly refused?: readonly {
    readonly name: string | null;
    readonly address: string | null;
    readonly tries: number;
  }[];
}

/** The first line of an event in words; undefined if its content is read as it is. @param numbers of cells, by id. */
export function eventWords(event: TrailEvent, numbers: ReadonlyMap<string, number>): string | undefined {
  const content = event.content as Content;
  const numbersOf = (ids: readonly string[]) => ids.flatMap((id) => numbers.get(id) ?? []);
  switch (event.kind) {
    case "cells.labelled": {
      const groups = grouped(content.changes ?? [], ({ label }) =>
        label === null ? t("trail.words.labelRemoved") : labelName(label),
      );
      return groups
        .map(([label, of]) => labelledWords(label, of.length, numbersOf(of.map(({ cell }) => cell))))
        .join("; ");
    }
    case "cells.classified": {
      const rows = (content.cells ?? []).filter((row) => Array.isArray(row)) as [string, string, boolean][];
      if (rows.length === 0) return undefined;
      return grouped(rows, ([, name, isRejected]) => (isRejected ? t("trail.words.notSure") : labelName(name)))
        .map(([name, of]) => labelledWords(name, of.length, numbersOf(of.map(([cell]) => cell))))
        .join("; ");
    }
    case "cells.added": {
      const added = (content.cells ?? []).flatMap((cell) => ("number" in cell ? [cell.number] : []));
      return t("trail.words.added", {
        ...{ count: added.length, first: String(added[0] ?? ""), last: String(added.at(-1) ?? "") },
      });
    }
    case "upload.announced":
      return t("trail.words.announced", { files: content.files ?? 0 });
    case "upload.given-up":
      return t("trail.words.givenUp", { files: content.files ?? 0 });
    case "case.signed":
      return content.number === undefined
        ? undefined
        : t("trail.words.signed", { report: content.number, meaning: content.meaning ?? "" });
    case "case.amended":
    case "case.voided":
    case "cells.moved":
      return content.reason;
    case "session.refused":
      return (content.refused ?? [])
        .map(({ name, address, tries }) =>
          t("trail.words.refused", {
            ...{ tries, name: name ?? t("trail.words.unknownName") },
            address: address ?? t("trail.words.otherAddresses"),
          }),
        )
        .join("; ");
    case "code.added":
    case "code.removed":
    case "case.created":
    case "user.added":
    case "token.added":
    case "token.revoked":
    case "run.asked":
      return content.name;
    default:
      return undefined;
  }
}

// A few cells are listed by their numbers.
function labelledWords(label: string, count: number, numbers: readonly number[]): string {
  return numbers.length === count && count <= 12
    ? t("trail.words.listed", { label, count, numbers: numbers.join(", ") })
    : t("trail.words.labelled", { label, count });
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return [...groups];
}
