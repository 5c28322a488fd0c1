/** A nested recipe as rows of dotted key and value, in the order given. */
export function flattenSettings(
  settings: Readonly<Record<string, unknown>>,
  prefix = "",
): readonly (readonly [string, string])[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    if (isRecord(value) && Object.keys(value).length > 0) return flattenSettings(value, `${name}.`);
    return [[name, settingText(value)] as const];
  });
}

function settingText(value: unknown): string {
  if (value === undefined || value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value === "" ? "(empty)" : value;
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(settingText).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
