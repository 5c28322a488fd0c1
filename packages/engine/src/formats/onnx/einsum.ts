// Einsum of one tensor or two, as a product of matrices.
import { type Dim, timesOf } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type NodeFacts, timesBatch } from "./nodeFacts.ts";

interface Term {
  readonly tensor: Tensor;
  /** One letter an axis. */
  readonly letters: readonly string[];
}

/** The operator. @throws ERR_FORMAT if its equation is not supported. */
export function einsum(inputs: readonly Tensor[], facts: NodeFacts): Tensor {
  const equation = facts.text("equation", "").replaceAll(" ", "");
  const [left = "", right] = equation.split("->");
  const letters = left.split(",").map((term) => [...term]);
  const refuse = () => facts.refuse(`has equation = ${equation}, which is not supported`);
  const isPlain = letters.every((own, i) => new Set(own).size === own.length && own.length === inputs[i]?.rank);
  if (!/^[a-zA-Z,]*(->[a-zA-Z]*)?$/.test(equation) || letters.length !== inputs.length || inputs.length > 2 || !isPlain)
    throw refuse();
  const all = letters.flat();
  const result = [
    ...(right ??
      all
        .filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter))
        .sort()
        .join("")),
  ];
  if (new Set(result).size !== result.length || result.some((letter) => !all.includes(letter))) throw refuse();
  const isSummed = (letter: string) => all.filter((other) => other === letter).length === 1 && !result.includes(letter);
  const terms = inputs.map((tensor, i) => summed({ tensor, letters: letters[i]! }, isSummed, facts));
  const [a, b] = terms;
  return turned(b === undefined ? a! : product(a!, b, result, facts), result);
}

function summed({ tensor, letters }: Term, isSummed: (letter: string) => boolean, facts: NodeFacts): Term {
  const axes = letters.flatMap((letter, axis) => (isSummed(letter) ? [axis] : []));
  if (axes.length === 0) return { tensor, letters };
  if (axes.some((axis) => typeof tensor.shape[axis] === "string")) throw facts.refuse("sums over the batch");
  return { tensor: ops.reduceSum(tensor, axes, false), letters: letters.filter((letter) => !isSummed(letter)) };
}

const turned = ({ tensor, letters }: Term, order: readonly string[]) =>
  ops.transpose(
    tensor,
    order.map((letter) => letters.indexOf(letter)),
  );

// Letters of both that stay are axes of their own; those of one alone become rows or columns, and the rest is summed over.
function product(a: Term, b: Term, result: readonly string[], facts: NodeFacts): Term {
  const sizes = new Map<string, Dim>();
  for (const { tensor, letters } of [a, b])
    for (const [i, letter] of letters.entries())
      if (tensor.shape[i] !== 1 || !sizes.has(letter)) sizes.set(letter, tensor.shape[i]!);
  const isBoth = (letter: string) => a.letters.includes(letter) && b.letters.includes(letter);
  const shared = result.filter(isBoth);
  const inner = a.letters.filter((letter) => isBoth(letter) && !result.includes(letter));
  if (inner.some((letter) => typeof sizes.get(letter) === "string")) throw facts.refuse("sums over the batch");
  // A batch that is joined with other axes is the first of them.
  const own = ({ letters }: Term) =>
    letters.filter((letter) => !isBoth(letter)).sort((p, q) => Number(isOpen(sizes, q)) - Number(isOpen(sizes, p)));
  const [rows, columns] = [own(a), own(b)];
  const size = (letters: readonly string[]) => letters.map((letter) => sizes.get(letter)!);
  const left = ops.reshape(turned(a, [...shared, ...rows, ...inner]), [
    ...size(shared),
    joined(size(rows)),
    joined(size(inner)),
  ]);
  const right = ops.reshape(turned(b, [...shared, ...inner, ...columns]), [
    ...size(shared),
    joined(size(inner)),
    joined(size(columns)),
  ]);
  const letters = [...shared, ...rows, ...columns];
  return { tensor: ops.reshape(ops.matMul(left, right), size(letters)), letters };
}

const isOpen = (sizes: ReadonlyMap<string, Dim>, letter: string) => typeof sizes.get(letter) === "string";

function joined(sizes: readonly Dim[]): Dim {
  const count = sizes.reduce((all: number, size) => all * (typeof size === "string" ? timesOf(size) : size), 1);
  return sizes.some((size) => typeof size === "string") ? timesBatch(count) : count;
}
