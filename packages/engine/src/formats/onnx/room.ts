import { LeukogramError } from "../../core/errors.ts";
import type { DecodedModel } from "../../graph/onnx/decode.ts";
import type { Value } from "./values.ts";

/** Numbers that may be computed whatever the file holds; beyond, so many for each of the file's. */
const [FREE, MOST_TIMES] = [2 ** 23, 4];

/** Counts the numbers that are made of a graph's constants: a few bytes of nodes can join or fill them without end. */
export class Room {
  #left: number;

  constructor({ initializers, nodes }: Pick<DecodedModel, "initializers" | "nodes">) {
    const inNodes = nodes.flatMap(({ attributes }) => [...attributes.values()].flatMap(({ tensor }) => tensor ?? []));
    const entries = [...initializers.values(), ...inNodes].reduce((sum, { data }) => sum + data.length, 0);
    this.#left = FREE + MOST_TIMES * entries;
  }

  /** Counts the numbers of a value that was made. @throws ERR_FORMAT if there are too many. */
  hold<T extends Value | undefined>(value: T): T {
    if (value?.kind === "constant") this.take(value.data.length);
    if (value?.kind === "host") this.take(value.value.data.length);
    return value;
  }

  /** Counts so many numbers. @throws ERR_FORMAT if there are too many. */
  take(count: number): void {
    this.#left -= count;
    if (!(this.#left >= 0))
      throw new LeukogramError("ERR_FORMAT", "makes far more numbers of its weights than it has", {
        hint: "Simplify it when it is exported.",
      });
  }
}
