// A node of TensorFlow's GraphDef as JSON has it: strings in base64, whole numbers as strings, numbers that are 0 left out.
import { LeukogramError } from "../../core/errors.ts";

type Text = string | readonly number[];

/** A shape in JSON; -1 is a size that is not fixed. */
export interface ShapeJson {
  readonly dim?: readonly { readonly size?: string | number }[];
  readonly unknownRank?: boolean;
}

interface AttributeJson {
  readonly s?: Text;
  readonly i?: string | number;
  readonly f?: string | number;
  readonly b?: boolean;
  readonly shape?: ShapeJson;
  readonly list?: { readonly s?: readonly Text[]; readonly i?: readonly (string | number)[] };
}

/** A node in JSON. */
export interface NodeJson {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, AttributeJson>>;
}

/** A node, its attributes as what they mean. */
export class TensorflowNode {
  readonly name: string;
  readonly op: string;
  /** Nodes that it reads, and which of their outputs; those that only have to run before it are left out. */
  readonly inputs: readonly { readonly node: string; readonly output: number }[];
  readonly #attributes: Readonly<Record<string, AttributeJson>>;

  constructor({ name, op, input = [], attr = {} }: NodeJson) {
    this.name = name;
    this.op = op;
    this.inputs = input.filter((text) => !text.startsWith("^")).map(outputNamed);
    this.#attributes = attr;
  }

  int(name: string, otherwise: number): number {
    return Number(this.#attributes[name]?.i ?? otherwise);
  }

  float(name: string, otherwise: number): number {
    return Number(this.#attributes[name]?.f ?? otherwise);
  }

  flag(name: string, otherwise = false): boolean {
    return this.#attributes[name]?.b ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    const text = this.#attributes[name]?.s;
    return text === undefined ? otherwise : plainText(text);
  }

  ints(name: string): readonly number[] {
    return (this.#attributes[name]?.list?.i ?? []).map(Number);
  }

  texts(name: string): readonly string[] {
    return (this.#attributes[name]?.list?.s ?? []).map(plainText);
  }

  shape(name: string): ShapeJson | undefined {
    return this.#attributes[name]?.shape;
  }

  /** The error that says what of the node is not supported. */
  refuse(what: string, hint?: string): LeukogramError {
    const options = hint === undefined ? {} : { hint };
    return new LeukogramError("ERR_FORMAT", `node "${this.name}" (${this.op}) ${what}`, options);
  }
}

/** The node and output that "name" or "name:1" means. */
export function outputNamed(text: string): { readonly node: string; readonly output: number } {
  const [, node = text, output = "0"] = /^(.*):(\d+)$/s.exec(text) ?? [];
  return { node, output: Number(output) };
}

// TensorFlow's own strings are ASCII.
function plainText(text: Text): string {
  if (typeof text !== "string") return String.fromCharCode(...text);
  try {
    return atob(text);
  } catch {
    throw new LeukogramError("ERR_FORMAT", `has an attribute that is not base64: ${JSON.stringify(text)}`);
  }
}
