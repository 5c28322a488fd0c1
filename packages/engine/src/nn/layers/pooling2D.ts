import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { checkedPadding, type Padding, type Pair, pair, windowPads } from "./window.ts";

interface Config {
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/** Options of the pooling layers. */
export interface PoolingOptions extends LayerOptions {
  /** Default: 2. */
  readonly poolSize?: Pair;
  /** Default: the pool size. */
  readonly strides?: Pair;
  /** Default: valid. */
  readonly padding?: Padding;
}

function poolingConfig({ poolSize = 2, strides = poolSize, padding = "valid" }: PoolingOptions): Config {
  return {
    poolSize: pair(poolSize, "pooling poolSize"),
    strides: pair(strides, "pooling strides"),
    padding: checkedPadding(padding, "pooling"),
  };
}

/** The largest entry of each window (keras.layers.MaxPooling2D). */
export class MaxPooling2D extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "MaxPooling2D";

  constructor(options: PoolingOptions = {}) {
    super(poolingConfig(options), options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const { poolSize, strides, padding } = this.config;
    return ops.maxPool(x, { poolSize, strides, pads: windowPads(x, poolSize, strides, padding) });
  }
}

/** The mean of each window, padding left out (keras.layers.AveragePooling2D). */
export class AveragePooling2D extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "AveragePooling2D";

  constructor(options: PoolingOptions = {}) {
    super(poolingConfig(options), options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const { poolSize, strides, padding } = this.config;
    return ops.averagePool(x, { poolSize, strides, pads: windowPads(x, poolSize, strides, padding) });
  }
}
