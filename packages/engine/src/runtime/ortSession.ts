// A session of ONNX Runtime, whichever of its builds runs it: they share their interface.
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { LeukogramError } from "../core/errors.ts";
import { numElements, show } from "../core/shape.ts";
import { timed } from "../core/spans.ts";
import type { DType, TensorData } from "../graph/tensor.ts";
import type { Session, Value } from "./session.ts";

const DTYPE = new Map<unknown, DType>([
  [Float32Array, "float32"],
  [Uint8Array, "uint8"],
  [Int32Array, "int32"],
  [BigInt64Array, "int64"],
]);

/** What a profile calls the runs of a session that has no name of its own. */
export const RUN_NAME = "Run the model";

/** What {@link OrtSession} needs of the build that made the session. */
export interface OrtBuild {
  readonly Tensor: typeof Tensor;
  /** Keys and values that the model file carries. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Runs one graph after the other, where the build can't run two at a time. */
  readonly inTurn?: (<T>(run: () => Promise<T>) => Promise<T>) | undefined;
  /** Whether outputs are written into arrays that are handed in; they are copied otherwise. Default: true. */
  readonly writesInPlace?: boolean;
  /** What a profile calls its runs. */
  readonly runName?: string | undefined;
  /** Tells its operators' times after its release. */
  readonly operators?: { tell(): Promise<void> } | undefined;
}

/** A session of onnxruntime-node or onnxruntime-web as a {@link Session}. */
export class OrtSession implements Session {
  readonly #session: InferenceSession;
  readonly #build: OrtBuild;
  #released: Promise<void> | undefined;

  constructor(session: InferenceSession, build: OrtBuild) {
    this.#session = session;
    this.#build = build;
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.#build.metadata;
  }

  get inputs(): Session["inputs"] {
    return this.#session.inputMetadata.map((input) => ({
      name: input.name,
      shape: input.isTensor ? input.shape.map((size) => (typeof size === "number" ? size : -1)) : [],
    }));
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  async run(feeds: Readonly<Record<string, Value>>, outputs: Readonly<Record<string, Value>> = {}) {
    if (this.#released !== undefined) throw new LeukogramError("ERR_RUNTIME", "run: the session was released before");
    const { inputNames } = this.#session;
    const missing = inputNames.filter((name) => !(name in feeds));
    if (missing.length > 0)
      throw new LeukogramError("ERR_RUNTIME", `run: no value for input "${missing.join('", "')}"`);
    const { writesInPlace = true, inTurn = (run) => run(), runName = RUN_NAME } = this.#build;
    const fetches = Object.fromEntries(
      this.outputNames.map((name) => {
        const place = writesInPlace ? outputs[name] : undefined;
        return [name, place === undefined ? null : this.#toOrt(name, place)];
      }),
    );
    const inputs = Object.fromEntries(inputNames.map((name) => [name, this.#toOrt(name, feeds[name]!)]));
    const run = () => timed(runName, () => this.#session.run(inputs, fetches));
    const results = await inTurn(run).catch((cause: Error) => {
      throw new LeukogramError("ERR_RUNTIME", `run: ${cause.message.trim().replace(/\s*\n\s*/g, " ")}`, { cause });
    });
    return Object.fromEntries(
      Object.entries(results).map(([name, { data, dims }]) => [
        name,
        { data: writesInPlace ? (data as TensorData) : copied(data as TensorData, outputs[name]), shape: dims },
      ]),
    );
  }

  release(): Promise<void> {
    this.#released ??= this.#session.release().then(() => this.#build.operators?.tell());
    return this.#released;
  }

  #toOrt(name: string, { data, shape }: Value): Tensor {
    const dtype = DTYPE.get(data.constructor);
    if (dtype === undefined)
      throw new LeukogramError("ERR_DTYPE", `run: "${name}" has an unsupported type, ${data.constructor.name}`);
    if (data.length !== numElements(shape))
      throw new LeukogramError("ERR_SHAPE", `run: "${name}" is ${show(shape)}, received ${data.length} numbers`);
    return new this.#build.Tensor(dtype as "float32", data as Float32Array, shape);
  }
}

function copied(data: TensorData, place: Value | undefined): TensorData {
  if (place === undefined) return data;
  (place.data as Float32Array).set(data as Float32Array);
  return place.data;
}

/** What to raise for a model that ONNX Runtime does not take. */
export function unreadable(cause: Error): LeukogramError {
  return new LeukogramError("ERR_FORMAT", `model: ONNX Runtime can't load it: ${firstLine(cause)}`, { cause });
}

/** The first line of an error's message. */
export const firstLine = ({ message }: Error) => message.trim().split("\n")[0]!;
