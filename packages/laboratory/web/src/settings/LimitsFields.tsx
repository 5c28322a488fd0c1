import { CELL_TYPES } from "leukogram/cells/classes";
import type { ClassLimits } from "../api/types.ts";
import { labelName, t } from "../language/words.ts";
import { DecimalField } from "../ui/DecimalField.tsx";
import { decimalOf } from "../ui/decimal.ts";
import { Scroll } from "../ui/Scroll.tsx";

const UNITS = ["percent", "absolute"] as const;
const SIDES = ["low", "high"] as const;
const MOST = { percent: 100, absolute: 2000 } as const;

interface LimitsFieldsProps {
  readonly title: string;
  readonly limits: ClassLimits;
  /** Of the fields' names, if a form has several tables. */
  readonly prefix?: string;
  /** What a column is called. */
  readonly columnOf: (unit: (typeof UNITS)[number], side: (typeof SIDES)[number]) => string;
}

/** Fields for a lower and an upper limit of each class, as share and as absolute count. */
export function LimitsFields({ title, limits, prefix = "", columnOf }: LimitsFieldsProps) {
  return (
    <Scroll label={title}>
      <table className="limitsFields">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t("counts.class")}</th>
            {UNITS.flatMap((unit) =>
              SIDES.map((side) => (
                <th key={`${unit} ${side}`} scope="col">
                  {columnOf(unit, side)}
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {CELL_TYPES.map((name) => (
            <tr key={name}>
              <th scope="row">{labelName(name)}</th>
              {UNITS.flatMap((unit) =>
                SIDES.map((side, i) => (
                  <td key={`${unit} ${side}`}>
                    <DecimalField
                      name={`${prefix}${name} ${unit} ${side}`}
                      label={`${labelName(name)}, ${columnOf(unit, side)}`}
                      isLabelUnseen
                      min={0}
                      max={MOST[unit]}
                      defaultValue={limits[unit][name]?.[i]}
                    />
                  </td>
                )),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** What the fields say; classes without a limit are left out. */
export function limitsOf(fields: FormData, prefix = ""): ClassLimits {
  const limits: ClassLimits = { percent: {}, absolute: {} };
  for (const unit of UNITS)
    for (const name of CELL_TYPES) {
      const limitOf = (side: string) => decimalOf(String(fields.get(`${prefix}${name} ${unit} ${side}`))) ?? null;
      const [low, high] = [limitOf("low"), limitOf("high")];
      if (low !== null || high !== null) limits[unit][name] = [low, high];
    }
  return limits;
}
