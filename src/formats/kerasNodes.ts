// How Keras writes which layer follows from which.

/** A use of a layer. */
export interface Origin {
  readonly layer: string;
  readonly node: number;
}

/** What a use of a layer is given. */
export interface Node {
  readonly origins: readonly Origin[];
  /** What is given beside tensors. */
  readonly args: readonly unknown[];
}

/** Keras 2: [["conv", 0, 0, {}], ...]. Keras 3: {args: [...], kwargs: {}}, with tensors somewhere in them. */
export function nodeOf(node: unknown): Node {
  const origins: Origin[] = [];
  const args: unknown[] = [];
  const visit = (value: unknown): void => {
    const { class_name: name, config } = (value ?? {}) as {
      class_name?: string;
      config?: { keras_history?: unknown[] };
    };
    if (name === "__keras_tensor__") origins.push(originOf(config?.keras_history ?? []));
    else if (Array.isArray(value) && !value.some(isSlice)) value.forEach(visit);
    else args.push(value);
  };
  if (Array.isArray(node)) {
    const uses = typeof node[0] === "string" ? [node] : node;
    for (const use of uses as unknown[][]) {
      origins.push(originOf(use));
      args.push(...Object.values((use[3] ?? {}) as object));
    }
  } else {
    const { args: given = [], kwargs = {} } = node as { args?: unknown[]; kwargs?: Record<string, unknown> };
    // An attention may be told by name what it looks at.
    for (const value of [...given, kwargs.query, kwargs.value, kwargs.key]) if (value !== undefined) visit(value);
  }
  return { origins, args };
}

const originOf = ([layer, node]: readonly unknown[]): Origin => ({ layer: String(layer), node: Number(node ?? 0) });

const isSlice = (value: unknown) => (value as { class_name?: string } | null)?.class_name === "__slice__";

/** The range of x[..., start:stop]; undefined for anything else. */
export function sliceOf(args: readonly unknown[]): { start: number; stop: number } | undefined {
  const [index] = args;
  if (!Array.isArray(index) || index.length !== 2) return undefined;
  const [first, last] = index as {
    class_name?: string;
    config?: { start?: unknown; stop?: unknown; step?: unknown };
  }[];
  const { start, stop, step } = last?.config ?? {};
  const isWhole = first?.class_name === "__ellipsis__" && isSlice(last) && (step ?? 1) === 1;
  return isWhole && typeof start === "number" && typeof stop === "number" ? { start, stop } : undefined;
}

/** The ends of a model: [["images", 0, 0]], or ["images", 0, 0] as Keras 3 writes a single one. */
export function endsOf(ends: unknown): Origin[] {
  if (!Array.isArray(ends)) return [];
  return (typeof ends[0] === "string" ? [ends] : (ends as unknown[][])).map(originOf);
}

/** The number among what a use is given; undefined where there is none. */
export function numberOf(args: readonly unknown[]): number | undefined {
  return args.find((value): value is number => typeof value === "number");
}
