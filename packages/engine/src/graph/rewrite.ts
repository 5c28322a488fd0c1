import type { TensorData } from "./tensor.ts";
import { Tensor } from "./tensor.ts";

/** A local change of the graph: the tensor to put in the node's place, or undefined to leave it. */
export type Rule = (node: Tensor) => Tensor | undefined;

/**
 * The same results by other nodes: every rule is tried on every node, inputs first, until none applies.
 * Equal nodes become one (common subexpressions), and what no output needs is left behind (dead nodes).
 */
export function rewrite(
  outputs: Readonly<Record<string, Tensor>>,
  rules: readonly Rule[],
): Readonly<Record<string, Tensor>> {
  const rewriter = new Rewriter(rules);
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, rewriter.visit(tensor)]));
}

class Rewriter {
  readonly #rules: readonly Rule[];
  readonly #done = new Map<Tensor, Tensor>();
  readonly #known = new Map<string, Tensor>();
  readonly #ids = new Map<object, number>();
  readonly #arrays = new Map<string, TensorData[]>();

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  /** The node to use instead of `root`. */
  visit(root: Tensor): Tensor {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const waiting = this.#done.has(node) ? [] : node.inputs.filter((input) => !this.#done.has(input));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      if (!this.#done.has(node)) this.#done.set(node, this.#settle(node));
    }
    return this.#done.get(root)!;
  }

  #settle(node: Tensor): Tensor {
    const inputs = node.inputs.map((input) => this.#done.get(input)!);
    const changed = inputs.some((input, i) => input !== node.inputs[i]);
    const own = this.#intern(changed ? new Tensor(node.op, inputs, node.attributes) : node);
    const before = this.#done.get(own);
    if (before !== undefined) return before;
    for (const rule of this.#rules) {
      const better = rule(own);
      if (better === undefined || better === own) continue;
      const result = this.visit(better);
      this.#done.set(own, result);
      return result;
    }
    this.#done.set(own, own);
    return own;
  }

  // Nodes of the same op, inputs and settings are one node.
  #intern(node: Tensor): Tensor {
    const settings = Object.entries(node.attributes).map(([key, value]) => `${key}=${this.#key(value)}`);
    const key = `${node.op.name}(${node.inputs.map((input) => this.#id(input))})${settings}`;
    const known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, node);
    return known ?? node;
  }

  #key(value: unknown): string {
    // JSON has no word for infinity.
    if (typeof value === "number") return String(value);
    if (!ArrayBuffer.isView(value)) return JSON.stringify(value) ?? "";
    const data = value as TensorData;
    return data.length <= 16
      ? `${data.constructor.name}${wordsOf(data).join()}`
      : `#${this.#id(this.#sameEntries(data))}`;
  }

  // Of arrays with the same entries, the one that came first.
  #sameEntries(data: TensorData): TensorData {
    const key = `${data.constructor.name} ${data.length} ${sample(data)}`;
    const known = this.#arrays.get(key) ?? [];
    const same = known.find((other) => other === data || isEqual(other, data));
    if (same === undefined) this.#arrays.set(key, [...known, data]);
    return same ?? data;
  }

  #id(object: object): number {
    const id = this.#ids.get(object) ?? this.#ids.size;
    this.#ids.set(object, id);
    return id;
  }
}

/** So many words of an array tell it from most others. */
const SAMPLED = 64;

// By their bits, as zeros of both signs are equal numbers.
function isEqual(a: TensorData, b: TensorData): boolean {
  const [own, other] = [wordsOf(a), wordsOf(b)];
  for (let i = 0; i < own.length; i++) if (own[i] !== other[i]) return false;
  return true;
}

// Words from all over the array: arrays that differ in these are not compared entry by entry.
function sample(data: TensorData): string {
  const words = wordsOf(data);
  const step = Math.max(1, Math.floor(words.length / SAMPLED));
  let text = "";
  for (let i = 0; i < words.length; i += step) text += `${words[i]},`;
  return text;
}

// Of four bytes, if the array is made of such.
function wordsOf({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size }: TensorData) {
  return size % 4 === 0
    ? new Uint32Array(buffer, byteOffset, byteLength / 4)
    : new Uint8Array(buffer, byteOffset, byteLength);
}
