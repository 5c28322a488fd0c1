import type { Run } from "../api/types.ts";
import { t } from "../language/words.ts";
import { Curves, type Line } from "./Curves.tsx";

type History = Run["progress"]["history"];

/** Loss and accuracy, each on training and on validation images. */
export function RunCurves({ history }: { readonly history: History }) {
  if (history.length === 0) return <p className="muted">{t("runs.noCurves")}</p>;
  return (
    <div className="curvePair">
      <Curves title={t("runs.loss")} lines={pair(history, "loss", "valLoss")} />
      <Curves title={t("runs.accuracy")} lines={pair(history, "accuracy", "valAccuracy")} isShare />
    </div>
  );
}

function pair(history: History, own: "loss" | "accuracy", validation: "valLoss" | "valAccuracy"): Line[] {
  const held = history.flatMap((row) => (row[validation] === null ? [] : [[row.epoch, row[validation]] as const]));
  const train: Line = { name: t("runs.training"), points: history.map((row) => [row.epoch, row[own]]), isDashed: true };
  return held.length === 0 ? [train] : [{ name: t("runs.validation"), points: held }, train];
}
