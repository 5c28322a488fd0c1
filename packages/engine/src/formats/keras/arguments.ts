// What a use of a layer or operator is given, by the names of its arguments.
import { LeukogramError } from "../../core/errors.ts";
import { checkArguments } from "../../nn/kerasArguments.ts";
import { Layer, type LayerOutput } from "../../nn/layer.ts";

/** A use of a layer: arguments in order and by name; tensors are those of our layers. */
export interface Call {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** What {@link boundArguments} is told of a layer or operator. */
export interface Signature {
  /** Names of its arguments, in order. */
  readonly names: readonly string[];
  /** In words: `layer "x" (Conv2D)`. */
  readonly where: string;
}

/**
 * The arguments of a call by their names, those that mean nothing left out.
 *
 * @throws ERR_FORMAT if there is one that is not known, or one given twice.
 */
export function boundArguments({ args, kwargs }: Call, { names, where }: Signature): ReadonlyMap<string, unknown> {
  const bound = new Map<string, unknown>();
  for (const [i, value] of args.entries()) {
    const name = names[i];
    if (name === undefined)
      throw new LeukogramError(
        "ERR_FORMAT",
        `${where}: called with ${args.length} arguments, but takes ${names.length}`,
      );
    bound.set(name, value);
  }
  checkArguments(kwargs, { where, what: "argument", own: (name) => names.includes(name) });
  for (const name of names) {
    const value = kwargs[name];
    if (value === undefined || value === null) continue;
    if (bound.has(name)) throw new LeukogramError("ERR_FORMAT", `${where}: argument ${name} is given twice`);
    bound.set(name, value);
  }
  return bound;
}

/** Whether a value is what a layer gives. */
export function isTensor(value: unknown): value is LayerOutput {
  return typeof value === "object" && value !== null && (value as { layer?: unknown }).layer instanceof Layer;
}

/** Numbers of a file, with their shape. */
export interface Numbers {
  readonly data: readonly number[];
  readonly shape: readonly number[];
}

/** A number, or a list of numbers however deep; undefined for anything else. */
export function numbersOf(value: unknown): Numbers | undefined {
  const { class_name: name, config } = (value ?? {}) as { class_name?: string; config?: { value?: unknown } };
  if (name === "__numpy__" || name === "__tensor__") return numbersOf(config?.value);
  if (typeof value === "number") return { data: [value], shape: [] };
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const parts = value.map(numbersOf);
  const [first] = parts;
  if (first === undefined || parts.some((part) => part?.shape.join() !== first.shape.join())) return undefined;
  return { data: parts.flatMap((part) => part!.data), shape: [value.length, ...first.shape] };
}
