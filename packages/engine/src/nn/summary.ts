import { numElements } from "../core/shape.ts";
import type { LayerOutput } from "./layer.ts";
import type { Weight } from "./weight.ts";

/** The table that `Model.summary` gives. */
export function summarize(
  name: string,
  order: readonly LayerOutput[],
  trainableWeights: ReadonlyMap<string, Weight>,
): string {
  const count = (weights: Iterable<Weight>) => [...weights].reduce((sum, { shape }) => sum + numElements(shape), 0);
  const rows = order.map(({ layer, shape }) => [
    `${layer.name} (${layer.className})`,
    `(None, ${shape.join(", ")})`,
    count(layer.weights).toLocaleString("en"),
    layer.weights.length === 0 ? "-" : layer.trainable ? "yes" : "no",
  ]);
  const table = [["Layer (type)", "Output Shape", "Param #", "Trainable"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => (i === 2 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
  const total = count(new Set(order.flatMap(({ layer }) => layer.weights)));
  const trainable = count(trainableWeights.values());
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [
    `Model: "${name}"`,
    rule,
    lines[0],
    rule,
    ...lines.slice(1),
    rule,
    `Total params: ${total.toLocaleString("en")}`,
    `Trainable params: ${trainable.toLocaleString("en")}`,
    `Non-trainable params: ${(total - trainable).toLocaleString("en")}`,
  ].join("\n");
}
