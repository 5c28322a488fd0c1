import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { CallContext } from "@leukogram/engine/nn/layer";
import { toGraphShape } from "@leukogram/engine/nn/layout";
import type { Model } from "@leukogram/engine/nn/model";
import { FIXED, logitsOf, type Outputs } from "@leukogram/engine/nn/modelGraphs";
import type { Session, Value } from "@leukogram/engine/runtime/session";
import { gradCamOf, targetGradient } from "./gradCam.ts";
import { mapStep } from "./mapLayers.ts";
import type { PictureMap, SeenPicture } from "./picture.ts";

/** Opens the bytes of an ONNX model: `createSession` of whatever runtime there is. */
export type OpenSession = (model: Uint8Array) => Promise<Session>;

/** Several pictures of one shape: [count, channels, height, width]. */
export interface SeenBatch {
  readonly data: Float32Array;
  readonly count: number;
}

/** Options of {@link ModelRunner}. */
export interface ModelRunnerOptions {
  readonly open: OpenSession;
  /** Says what each weight is; default: what it holds. */
  readonly context?: CallContext;
}

const TOLD = "no class has a logit to explain";

/** Asks a model's layers what explanations need; each graph is compiled when it is first asked for. */
export class ModelRunner {
  readonly model: Model;
  readonly #open: OpenSession;
  readonly #context: CallContext;
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(model: Model, { open, context = FIXED }: ModelRunnerOptions) {
    this.model = model;
    this.#open = open;
    this.#context = context;
  }

  /** Number of classes. */
  get classes(): number {
    return this.model.output.shape.at(-1)!;
  }

  /** Probabilities and logits, [count, K] each. */
  async answer(batch: SeenBatch): Promise<{ readonly probabilities: Float32Array; readonly logits: Float32Array }> {
    const { probabilities, logits } = await this.#run("answer", batch, {}, () => {
      const output = this.model.call(this.#seen(), this.#context);
      return { probabilities: output, logits: logitsOf(this.model, output, TOLD) };
    });
    return { probabilities: floats(probabilities), logits: floats(logits) };
  }

  /** Gradient of the target's logit by pixel, [count, channels, height, width]. */
  async pixelGradients(batch: SeenBatch, target: number): Promise<Float32Array> {
    const { slope } = await this.#run("pixelGradients", batch, targets(batch, target), () => {
      const seen = this.#seen();
      return { slope: targetGradient(this.model, this.model.call(seen, this.#context), seen) };
    });
    return floats(slope);
  }

  /** Grad-CAM's map of one picture, as small as the layer's. */
  async gradCam(
    picture: SeenPicture,
    { target, layer }: { target: number; layer?: string | undefined },
  ): Promise<PictureMap> {
    const batch = { data: picture.data, count: 1 };
    const { map } = await this.#run(`gradCam ${layer ?? ""}`, batch, targets(batch, target), () =>
      gradCamOf(this.model, this.#seen(), { layer, context: this.#context }),
    );
    const [, height, width] = map!.shape as [number, number, number];
    return { data: floats(map), height, width };
  }

  /** A layer's maps of one picture, each separately. */
  async maps(picture: SeenPicture, layer?: string): Promise<PictureMap[]> {
    const { maps } = await this.#run(`maps ${layer ?? ""}`, { data: picture.data, count: 1 }, {}, () => ({
      maps: this.model.callSteps(this.#seen(), this.#context).get(mapStep(this.model, layer))!,
    }));
    const [, channels, height, width] = maps!.shape as [number, number, number, number];
    const plane = height * width;
    const data = floats(maps);
    return Array.from({ length: channels }, (_, c) => ({
      data: data.subarray(c * plane, (c + 1) * plane),
      height,
      width,
    }));
  }

  /** Frees all sessions. */
  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of sessions) await (await session).release();
  }

  #seen() {
    return ops.input("seen", toGraphShape(this.model.input.shape, "batch"));
  }

  async #run(name: string, batch: SeenBatch, feeds: Readonly<Record<string, Value>>, graph: () => Outputs) {
    let session = this.#sessions.get(name);
    if (session === undefined) {
      session = this.#open(compile(graph()));
      this.#sessions.set(name, session);
    }
    const shape = toGraphShape(this.model.input.shape, batch.count) as number[];
    return (await session).run({ seen: { data: batch.data, shape }, ...feeds });
  }
}

const floats = (value: Value | undefined) => value!.data as Float32Array;

const targets = ({ count }: SeenBatch, target: number) => ({
  target: { data: new Int32Array(count).fill(target), shape: [count] },
});
