// How Keras writes which layer follows from which, and what each use of a layer is given.
import { LeukogramError } from "../../core/errors.ts";

/** A tensor that a use of a layer gives. */
export class Origin {
  readonly layer: string;
  readonly node: number;
  /** Which of the tensors that it gives. */
  readonly tensor: number;

  constructor([layer, node, tensor]: readonly unknown[]) {
    this.layer = String(layer);
    this.node = Number(node ?? 0);
    this.tensor = Number(tensor ?? 0);
  }
}

/** What a use of a layer is given: tensors, lists of them, and values as JSON has them. */
export interface Node {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Keras 2: [["conv", 0, 0, {}], ...]. Keras 3: {args: [...], kwargs: {}}, with tensors somewhere in them. */
export function nodeOf(node: unknown): Node {
  if (Array.isArray(node)) return olderNode(node);
  const { args = [], kwargs = {} } = node as { args?: unknown[]; kwargs?: Record<string, unknown> };
  return { args: args.map(withOrigins), kwargs: withOrigins(kwargs) as Record<string, unknown> };
}

/** Tensors of Keras 3 as origins, anywhere within a value. */
function withOrigins(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOrigins);
  if (typeof value !== "object" || value === null) return value;
  const { class_name: name, config } = value as { class_name?: string; config?: { keras_history?: unknown[] } };
  if (name === "__keras_tensor__") return new Origin(config?.keras_history ?? []);
  if (name !== undefined) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withOrigins(entry)]));
}

/** What stands for a layer's name where the first argument is a number. */
const CONSTANT = "_CONSTANT_VALUE";

// All arguments but the first go by name: ["x", 0, 0, {y: ["z", 0, 0]}], ["_CONSTANT_VALUE", -1, 255, {y: ["x", 0, 0]}].
function olderNode(node: readonly unknown[]): Node {
  const isSingle = typeof node[0] === "string";
  const uses = (isSingle ? [node] : node) as readonly (readonly unknown[])[];
  const first = uses.map((use) => (use[0] === CONSTANT ? use[2] : new Origin(use)));
  const kwargs: Record<string, unknown> = {};
  for (const use of uses)
    for (const [key, value] of Object.entries((use[3] ?? {}) as object)) kwargs[key] = olderValue(value);
  return { args: [first.length === 1 ? first[0] : first], kwargs };
}

function olderValue(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const [name, node, tensor] = value as unknown[];
  if (name === CONSTANT && value.length === 3) return tensor;
  const isOrigin = value.length === 3 && typeof name === "string" && Number.isInteger(node) && Number.isInteger(tensor);
  return isOrigin ? new Origin(value) : value.map(olderValue);
}

/** An end of a model, and what the model calls it. */
export interface End {
  readonly name: string;
  readonly origin: Origin;
}

/** The ends of a model: [["images", 0, 0]], ["images", 0, 0] as Keras 3 writes a single one, or these by names. */
export function endsOf(ends: unknown): End[] {
  if (typeof ends !== "object" || ends === null) return [];
  const entries = Array.isArray(ends)
    ? (typeof ends[0] === "string" ? [ends] : ends).map((end: unknown) => [undefined, end] as const)
    : Object.entries(ends);
  return entries.flatMap(([name, end]) => {
    if (!Array.isArray(end) || typeof end[0] !== "string")
      throw new LeukogramError("ERR_FORMAT", "its inputs or outputs are nested");
    const origin = new Origin(end);
    return [{ name: name ?? origin.layer, origin }];
  });
}
