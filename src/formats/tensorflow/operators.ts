import { ELEMENTWISE_OPERATORS, type Operator } from "./elementwiseOperators.ts";
import { SHAPE_OPERATORS } from "./shapeOperators.ts";
import { WINDOW_OPERATORS } from "./windowOperators.ts";

/** The operators of TensorFlow that are known, by name; Const and Placeholder are not here: they have no inputs. */
export const TENSORFLOW_OPERATORS: Readonly<Record<string, Operator>> = {
  ...ELEMENTWISE_OPERATORS,
  ...SHAPE_OPERATORS,
  ...WINDOW_OPERATORS,
};
