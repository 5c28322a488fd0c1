// The table of layers, by Keras's names: a new one is one file and one row here.
export { Activation, ReLU } from "./activation.ts";
export { BatchNormalization } from "./batchNormalization.ts";
export { Conv2D } from "./conv2D.ts";
export { Dense } from "./dense.ts";
export { DepthwiseConv2D } from "./depthwiseConv2D.ts";
export { Dropout } from "./dropout.ts";
export { Flatten } from "./flatten.ts";
export { GlobalAveragePooling2D, GlobalMaxPooling2D } from "./globalPooling2D.ts";
export { GroupNormalization } from "./groupNormalization.ts";
export { Input, InputLayer } from "./inputLayer.ts";
export { LayerNormalization } from "./layerNormalization.ts";
export { Add, Concatenate, Multiply } from "./merge.ts";
export { AveragePooling2D, MaxPooling2D } from "./pooling2D.ts";
export { Rescaling } from "./rescaling.ts";
export { Reshape } from "./reshape.ts";
export { Resizing } from "./resizing.ts";
export { SeparableConv2D } from "./separableConv2D.ts";
export { ZeroPadding2D } from "./zeroPadding2D.ts";
