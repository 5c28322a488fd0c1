import type { Run } from "../api/types.ts";
import { texts } from "../texts.ts";
import { Curves, type Line } from "./Curves.tsx";

type History = Run["progress"]["history"];

/** Loss and accuracy, each on training and on validation images. */
export function RunCurves({ history }: { readonly history: History }) {
  const words = texts.runs;
  if (history.length === 0) return <p className="muted">{words.noCurves}</p>;
  return (
    <div className="curvePair">
      <Curves title={words.loss} lines={pair(history, "loss", "valLoss")} />
      <Curves title={words.accuracy} lines={pair(history, "accuracy", "valAccuracy")} isShare />
    </div>
  );
}

function pair(history: History, own: "loss" | "accuracy", validation: "valLoss" | "valAccuracy"): Line[] {
  const words = texts.runs;
  const held = history.flatMap((row) => (row[validation] === null ? [] : [[row.epoch, row[validation]] as const]));
  const train: Line = { name: words.training, points: history.map((row) => [row.epoch, row[own]]), isDashed: true };
  return held.length === 0 ? [train] : [{ name: words.validation, points: held }, train];
}
