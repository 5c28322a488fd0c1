import { BatchNormalization, Conv2D, Dense, Flatten, Rescaling } from "../nn/layers/index.ts";
import { Sequential } from "../nn/model.ts";

/** Options of {@link cnn}. */
export interface CnnOptions {
  /** Height and width in pixels; default 350. */
  readonly imageSize?: number;
  readonly classes?: number;
  /** Momentum of the batch normalisations; default 0.99, as in Keras. */
  readonly momentum?: number;
  /** `right`: pixels over 255, once. `twice`: the student project's fault, to show what it does. Default: right. */
  readonly preprocessing?: "right" | "twice";
}

/** The student project's CNN: five stride-2 convolutions 4-8-16-32-64, each normalised, Dense 8, softmax. */
export function cnn({
  imageSize = 350,
  classes = 5,
  momentum = 0.99,
  preprocessing = "right",
}: CnnOptions = {}): Sequential {
  const blocks = [4, 8, 16, 32, 64].flatMap((filters) => [
    new Conv2D({ filters, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
    new BatchNormalization({ momentum }),
  ]);
  return new Sequential(
    [imageSize, imageSize, 3],
    [
      ...Array.from({ length: preprocessing === "twice" ? 2 : 1 }, () => new Rescaling({ scale: 1 / 255 })),
      ...blocks,
      new Flatten(),
      new Dense({ units: 8, activation: "relu" }),
      new BatchNormalization({ momentum }),
      new Dense({ units: classes, activation: "softmax" }),
    ],
    { name: "cnn" },
  );
}
