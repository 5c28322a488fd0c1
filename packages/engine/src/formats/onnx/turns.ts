// Transposes, which exporters put around what wants its axes in another order.
import type { Source } from "./fragment.ts";
import { NodeFacts } from "./nodeFacts.ts";

/** A source without two turns one behind the other: they are one, or none. */
export function withoutTurns(source: Source): Source {
  const outer = turnOf(source);
  const inner = outer && turnOf(outer.from);
  if (outer === undefined || inner === undefined) return source;
  const order = outer.order.map((axis) => inner.order[axis]!);
  if (order.every((axis, i) => axis === i)) return inner.from;
  const { node, opset } = outer.step.facts;
  const facts = new NodeFacts({ ...node, attributes: new Map([["perm", { ints: order }]]) }, opset, new Map());
  return { kind: "step", step: { facts, sources: [inner.from] }, output: 0 };
}

/** Whether a source is a Transpose. */
export const isTurn = (source: Source) => source.kind === "step" && source.step.facts.node.type === "Transpose";

/** A Transpose of known order, and what it turns. */
export function turnOf(source: Source) {
  if (source.kind !== "step" || source.step.facts.node.type !== "Transpose") return undefined;
  const { step } = source;
  const order = step.facts.ints("perm");
  const from = step.sources[0];
  return order === undefined || from === undefined ? undefined : { step, order, from };
}
