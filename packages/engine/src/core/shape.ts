import { LeukogramError } from "./errors.ts";

/** A size: a number, or the name of one that is only known when the graph runs, such as "batch". */
export type Dim = number | string;

/** How many times its symbol a symbolic size is: 64 of "batch*64", 1 of "batch". */
export function timesOf(size: string): number {
  return Number(size.split("*")[1] ?? 1);
}

/** The symbol of a symbolic size: "batch" of "batch*64". */
export function symbolOf(size: string): string {
  return size.split("*")[0]!;
}

/** Sizes of a tensor, outermost first. */
export type Shape = readonly Dim[];

/** Number of entries. @throws ERR_SHAPE if a size is symbolic. */
export function numElements(shape: Shape): number {
  let product = 1;
  for (const size of staticShape(shape)) product *= size;
  return product;
}

/** The same shape as numbers. @throws ERR_SHAPE if a size is symbolic. */
export function staticShape(shape: Shape): readonly number[] {
  for (const dim of shape)
    if (typeof dim !== "number") throw new LeukogramError("ERR_SHAPE", `expected fixed sizes, received ${show(shape)}`);
  return shape as readonly number[];
}

/** Whether two shapes are the same, symbolic sizes by name. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** The shape as text: `[batch, 3, 32, 32]`. */
export function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** The common shape of two by NumPy's broadcasting; undefined if they do not fit. */
export function commonShape<D extends Dim>(a: readonly D[], b: readonly D[]): readonly D[] | undefined {
  const rank = Math.max(a.length, b.length);
  const sizes = Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length];
    const right = b[i - rank + b.length];
    if (right === undefined || right === 1) return left ?? right;
    return left === undefined || left === 1 || left === right ? right : undefined;
  });
  return sizes.includes(undefined) ? undefined : (sizes as D[]);
}

/** The same. @throws ERR_SHAPE if they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const shape = commonShape(a, b);
  if (shape === undefined)
    throw new LeukogramError("ERR_SHAPE", `broadcast: ${show(a)} and ${show(b)} are not compatible`);
  return shape;
}

/** Distance in entries between neighbours along each axis of a dense row-major tensor. */
export function strides(shape: readonly number[]): number[] {
  const out = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out[axis] = step;
    step *= shape[axis]!;
  }
  return out;
}
