import type { ConnectionsSettings } from "../api/types.ts";
import { t } from "../language/words.ts";

type Codes = ConnectionsSettings["codes"];

/** The table of codes as lines. */
export function linesOf(codes: Codes): string {
  return codes.map(({ sender, code, text, loinc }) => [sender, code, text, loinc].join("; ")).join("\n");
}

/** The table that lines say. @throws Error naming a line without four parts. */
export function codesOf(lines: string): Codes {
  return lines
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const parts = line.split(";").map((part) => part.trim());
      if (parts.length !== 4) throw new Error(t("connections.badLine", { line }));
      const [sender, code, text, loinc] = parts as [string, string, string, string];
      return { sender, code, text, loinc };
    });
}

type Systems = ConnectionsSettings["systems"];

/** The table of systems as lines. */
export const systemLines = (systems: Systems): string => systems.map(({ name, uri }) => `${name}; ${uri}`).join("\n");

/** The table that lines say. @throws Error naming a line without two parts. */
export function systemsOf(lines: string): Systems {
  return lines
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name, uri, ...rest] = line.split(";").map((part) => part.trim());
      if (!name || !uri || rest.length > 0) throw new Error(t("connections.badSystem", { line }));
      return { name, uri };
    });
}
