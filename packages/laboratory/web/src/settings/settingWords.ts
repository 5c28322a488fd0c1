import type { AccessRules, Ranges, Rules } from "../api/types.ts";
import { t } from "../language/words.ts";
import { formatDay } from "../ui/format.ts";

/** The rules that hold for signing, in a sentence. */
export function rulesWords({ leastCells, mostUnidentified, critical, secondReader }: Rules): string {
  const limits = Object.keys(critical.percent).length + Object.keys(critical.absolute).length;
  const second = secondReader.length === 0 ? "none" : "some";
  return t("settings.rulesNow", { leastCells, most: 100 * mostUnidentified, limits, second });
}

/** The laboratory's own reference ranges, in a sentence. */
export const ownRangesWords = ({ source, from, until, groups }: Ranges): string =>
  t("settings.rangesOwn", {
    ...{
      groups: groups.length,
      from: formatDay(from),
      hasEnd: until === null ? "no" : "yes",
      until: until === null ? "" : formatDay(until),
      source,
    },
  });

/** The rules that hold for signing in, in a sentence. */
export const accessWords = ({ idleMinutes, codesFor }: AccessRules): string =>
  t("access.rulesNow", {
    ...{ idle: idleMinutes === null ? "none" : "some", minutes: idleMinutes ?? 0, codesFor: codesFor ?? "none" },
  });
