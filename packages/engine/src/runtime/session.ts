import type { TensorData } from "../graph/tensor.ts";

/** Numbers with their shape, row-major. */
export interface Value {
  readonly data: TensorData;
  readonly shape: readonly number[];
}

/** A graph that is ready to run, whatever runs it. */
export interface Session {
  /** Names and shapes of the inputs; a size that may vary is -1. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly outputNames: readonly string[];
  /** Keys and values that the model file carries. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Runs the graph once.
   *
   * @param feeds a value for each input.
   * @param outputs arrays to write outputs into, by name; the others are allocated.
   * @throws ERR_RUNTIME if an input is missing or does not fit the graph; ERR_SHAPE or ERR_DTYPE if its numbers
   * do not fill its shape, or are of no tensor's type.
   */
  run(
    feeds: Readonly<Record<string, Value>>,
    outputs?: Readonly<Record<string, Value>>,
  ): Promise<Readonly<Record<string, Value>>>;
  /** Frees what the session holds; a second time it does nothing. */
  release(): Promise<void>;
}

/** Where a graph runs. */
export type Device = "cpu" | "cuda" | "dml" | "coreml" | "webgpu";

/** What graphs run on: onnxruntime-node or onnxruntime-web. */
export interface Runtime {
  createSession(model: Uint8Array, options: SessionOptions): Promise<Session>;
  /** Whether ONNX Runtime's operators on blocks of channels are there; without this they are not. */
  supportsBlocks?(options: SessionOptions): Promise<boolean>;
  /** Whether these can compute ordinary convolutions too. */
  supportsBlockedKernels?(options: SessionOptions): Promise<boolean>;
}

/** How a session is set up. */
export interface SessionOptions {
  /** Default: cpu. */
  readonly device?: Device | undefined;
  /** Threads inside an operator; default: one a core. */
  readonly threads?: number | undefined;
  /** What a profile calls the session's runs; default: "Run the model". */
  readonly runName?: string | undefined;
}
