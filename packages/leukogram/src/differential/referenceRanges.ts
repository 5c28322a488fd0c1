import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { parse } from "yaml";
import { z } from "zod";

/** The ranges that come with the package. */
export const USUAL_RANGES = fileURLToPath(new URL("../../reference/leukocytes.yaml", import.meta.url));

const range = z
  .tuple([z.number().min(0), z.number().min(0)])
  .refine(([low, high]) => low <= high, "the lower limit is above the upper limit");
const byClass = z.record(z.string(), range);
const schema = z.strictObject({
  source: z.string().min(1),
  ages: z
    .array(
      z.strictObject({
        name: z.string(),
        below: z.number().positive().optional(),
        leukocytes: range.optional(),
        erythroblasts: range.optional(),
        percent: byClass,
        absolute: byClass.default({}),
      }),
    )
    .min(1),
});

/** Lower and upper limit of what is usual. */
export type Range = readonly [number, number];

/** What is usual at one age. */
export interface ReferenceRanges {
  /** The age in words. */
  readonly name: string;
  readonly source: string;
  /** White cells, 10^9 per litre. */
  readonly leukocytes?: Range | undefined;
  /** For 100 white cells. */
  readonly erythroblasts?: Range | undefined;
  /** Shares by class, per cent; ImmatureGranulocyte for promyelocytes, myelocytes and metamyelocytes together. */
  readonly percent: Readonly<Record<string, Range>>;
  /** By class, 10^9 per litre. */
  readonly absolute: Readonly<Record<string, Range>>;
}

/**
 * What is usual at an age, from a file of ranges.
 *
 * @param age years; 30 by default, an adult.
 * @throws ERR_CONFIG if the file can't be read, is no such file, or has no range for the age.
 */
export function readRanges(age = 30, path = USUAL_RANGES): ReferenceRanges {
  const { source, ages } = parseRanges(path);
  const found = ages.find(({ below = Number.POSITIVE_INFINITY }) => age < below);
  if (found === undefined || !(age >= 0))
    throw new LeukogramError("ERR_CONFIG", `${path}: no range for age ${age}`, {
      hint: "Add a range to the file, or give another age.",
    });
  const { below, ...ranges } = found;
  return { ...ranges, source };
}

/** All ages of a file of ranges, the youngest first. @throws ERR_CONFIG as {@link readRanges}. */
export function allRanges(
  path = USUAL_RANGES,
): readonly (Omit<ReferenceRanges, "source"> & { readonly below?: number | undefined })[] {
  return parseRanges(path).ages;
}

/**
 * Where absolute ranges contradict the shares, a sentence each: the middle of a share, of the middle of the white cells, must
 * lie in the absolute range. Classes without all three ranges are not looked at.
 */
export function contradictionsOf({
  leukocytes,
  percent,
  absolute,
}: Omit<ReferenceRanges, "source" | "name">): string[] {
  if (leukocytes === undefined) return [];
  const middle = ([low, high]: Range) => (low + high) / 2;
  return Object.entries(absolute).flatMap(([name, [low, high]]) => {
    const share = percent[name];
    if (share === undefined) return [];
    const count = (middle(share) / 100) * middle(leukocytes);
    if (count >= low && count <= high) return [];
    return [
      `${name}: the middle of its share (${short(middle(share))} %) and of the white cells (${short(middle(leukocytes))}) make ${short(count)} 10^9/L, outside its absolute range of ${low} to ${high}`,
    ];
  });
}

const short = (value: number) => Number(value.toPrecision(3));

// By path, time of change and size: a server asks at each count.
const parsed = new Map<string, z.infer<typeof schema>>();

function parseRanges(path: string) {
  let values: unknown;
  let key: string;
  try {
    const { mtimeMs, size } = statSync(path);
    key = `${mtimeMs} ${size} ${path}`;
    const known = parsed.get(key);
    if (known !== undefined) return known;
    values = parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new LeukogramError("ERR_CONFIG", `${path}: ${(cause as Error).message.split("\n")[0]}`, {
      hint: "Give a YAML file like the package's reference/leukocytes.yaml.",
      cause,
    });
  }
  const read = schema.safeParse(values);
  if (read.success) {
    parsed.set(key, read.data);
    return read.data;
  }
  const { path: where, message } = read.error.issues[0]!;
  throw new LeukogramError("ERR_CONFIG", `${path}: ${where.join(".") || "the file"}: ${message}`, {
    hint: "Give a YAML file like the package's reference/leukocytes.yaml.",
  });
}
