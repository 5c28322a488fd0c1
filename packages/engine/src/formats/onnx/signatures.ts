// What may stand at a node of each operator of ONNX: its inputs, its attributes, and the values of those that are not read.
import type { DecodedAttribute } from "../../graph/onnx/decode.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import type { Value } from "./values.ts";

const PADDED = "auto_pad=NOTSET,SAME_UPPER,SAME_LOWER,VALID kernel_shape pads strides";
const OLD_PAIR = "A B | axis broadcast=0 consumed_inputs";
const UNARY = "X | consumed_inputs";
const REDUCTION = "data axes#? | axes keepdims noop_with_empty_axes";
const NORMALISED = "epsilon stash_type=1";
const HOST_PAIR = "A# B#";
const COMPARED = "A^ B^";

/**
 * By operator: its inputs and, behind a bar, its attributes.
 *
 * An input is `name`, `name?` where it may be left out, `name*` where there may be any number of it; `#` marks whole numbers that
 * must be known before the graph runs, `~` a place where whole numbers that the network computes stay what they are, `%` either
 * reals or known whole numbers, `!` reals that must be known. An attribute is `name` where its value is read, `name=1,2` where those alone are supported.
 */
const TABLE: Readonly<Record<string, string>> = {
  Abs: UNARY,
  Add: OLD_PAIR,
  And: HOST_PAIR,
  AveragePool: `X | ${PADDED} ceil_mode=0,1 count_include_pad=0,1 dilations`,
  BatchNormalization:
    "X scale B input_mean input_var | epsilon momentum consumed_inputs is_test=1 spatial=1 training_mode=0,1",
  Cast: "input~ | to saturate=1 round_mode",
  Ceil: UNARY,
  Clip: "input min? max? | min max consumed_inputs",
  Concat: "inputs~* | axis",
  Constant: "| value value_float value_floats value_int value_ints",
  ConstantOfShape: "input# | value",
  Conv: `X W B? | ${PADDED} dilations group`,
  ConvTranspose: `X W B? | ${PADDED} dilations group output_padding output_shape`,
  Cos: UNARY,
  DepthToSpace: "input~ | blocksize mode=DCR,CRD",
  DequantizeLinear: "x# x_scale x_zero_point#? | axis block_size=0 output_dtype=0,1",
  Div: OLD_PAIR,
  Dropout: "data~ ratio? training_mode#? | ratio seed is_test=1 consumed_inputs",
  Einsum: "Inputs* | equation",
  Elu: "X | alpha consumed_inputs",
  Equal: "A^ B^ | axis broadcast=0",
  Erf: UNARY,
  Exp: UNARY,
  Expand: "input~ shape#",
  Flatten: "input~ | axis",
  Floor: UNARY,
  Gather: "data~ indices# | axis",
  GatherND: "data~ indices# | batch_dims=0",
  Gelu: "X | approximate=none,tanh",
  Gemm: "A B C? | alpha beta transA=0,1 transB=0,1 broadcast",
  GlobalAveragePool: "X",
  GlobalMaxPool: "X",
  Greater: COMPARED,
  GreaterOrEqual: COMPARED,
  GroupNormalization: `X scale bias | ${NORMALISED} num_groups`,
  HardSigmoid: "X | alpha beta consumed_inputs",
  HardSwish: "X",
  Identity: "input~",
  InstanceNormalization: "input scale B | epsilon consumed_inputs",
  LRN: "X | alpha beta bias size",
  LayerNormalization: `X Scale B? | ${NORMALISED} axis`,
  LeakyRelu: "X | alpha consumed_inputs",
  Less: COMPARED,
  LessOrEqual: COMPARED,
  Log: UNARY,
  LogSoftmax: "input | axis",
  MatMul: "A B",
  Max: "data_0* | consumed_inputs",
  MaxPool: `X | ${PADDED} ceil_mode=0,1 dilations storage_order=0,1`,
  Mean: "data_0* | consumed_inputs",
  Min: "data_0* | consumed_inputs",
  Mish: "X",
  Mod: "A B | fmod=0,1",
  Mul: OLD_PAIR,
  Neg: UNARY,
  Not: "X#",
  Or: HOST_PAIR,
  PRelu: "X slope | consumed_inputs",
  Pad: "data~ pads#? constant_value? axes#? | mode=constant,reflect,edge,wrap pads paddings value",
  Pow: "X Y% | axis broadcast=0",
  Range: "start# limit# delta#",
  Reciprocal: UNARY,
  ReduceL1: REDUCTION,
  ReduceL2: REDUCTION,
  ReduceMax: REDUCTION,
  ReduceMean: REDUCTION,
  ReduceMin: REDUCTION,
  ReduceProd: "data# axes#? | axes keepdims noop_with_empty_axes=0",
  ReduceSum: REDUCTION,
  ReduceSumSquare: REDUCTION,
  Relu: UNARY,
  Reshape: "data~ shape#? | shape allowzero=0,1 consumed_inputs",
  Resize:
    "X roi?! scales?! sizes#? | antialias=0,1 axes coordinate_transformation_mode=half_pixel,half_pixel_symmetric,pytorch_half_pixel,align_corners,asymmetric cubic_coeff_a exclude_outside=0,1 extrapolation_value keep_aspect_ratio_policy=stretch mode=nearest,linear,cubic nearest_mode=round_prefer_floor,round_prefer_ceil,floor,ceil",
  Round: "X",
  ScatterND: "data indices# updates | reduction=none",
  Selu: "X | alpha gamma consumed_inputs",
  Shape: "data~ | start end",
  Sigmoid: UNARY,
  Sign: "input",
  Sin: UNARY,
  Size: "data~",
  // Steps are an attribute in what graphs of TensorFlow are translated to.
  Slice: "data~ starts#? ends#? axes#? steps#? | axes ends starts steps",
  Softmax: "input | axis",
  Softplus: "X",
  Softsign: "input",
  SpaceToDepth: "input~ | blocksize mode=DCR",
  Split: "input~ split#? | axis num_outputs split",
  Sqrt: UNARY,
  Squeeze: "data~ axes#? | axes",
  Sub: OLD_PAIR,
  Sum: "data_0* | consumed_inputs",
  Swish: "X | alpha",
  Tanh: UNARY,
  Tile: "input~ repeats#",
  Transpose: "data~ | perm",
  Unsqueeze: "data~ axes#? | axes",
  Upsample: "X scales?! | mode=nearest,linear,bilinear scales",
  Where: "condition# X% Y%",
};

/** Where an input stands. */
interface Place {
  readonly name: string;
  readonly isOptional: boolean;
  readonly isMany: boolean;
  /** What may stand there beside reals. */
  readonly kind: "real" | "known" | "constant" | "kept" | "either" | "fixed";
}

interface Signature {
  readonly places: readonly Place[];
  /** Values that are supported; undefined if any is. */
  readonly attributes: ReadonlyMap<string, readonly string[] | undefined>;
}

const KINDS = { "#": "known", "^": "constant", "~": "kept", "%": "either", "!": "fixed" } as const;
const words = (text: string) => text.split(" ").filter((word) => word !== "");

function signatureIn(row: string): Signature {
  const [inputs = "", attributes = ""] = row.split("|");
  const places = words(inputs).map((word): Place => {
    const mark = /[#^~%!]/.exec(word)?.[0] as keyof typeof KINDS | undefined;
    const name = word.replace(/\W+$/, "");
    return { name, isOptional: word.includes("?"), isMany: word.includes("*"), kind: mark ? KINDS[mark] : "real" };
  });
  const pairs = words(attributes).map((word): [string, readonly string[] | undefined] => {
    const [name = "", values] = word.split("=");
    return [name, values?.split(",")];
  });
  return { places, attributes: new Map(pairs) };
}

const SIGNATURES: ReadonlyMap<string, Signature> = new Map(
  Object.entries(TABLE).map(([type, row]) => [type, signatureIn(row)]),
);

/** Operators of ONNX that are known, in the order of their names. */
export const KNOWN_OPERATORS: readonly string[] = [...SIGNATURES.keys()];

/** Whether an operator is among them. */
export const isKnown = (type: string): boolean => SIGNATURES.has(type);

/**
 * Makes sure that all that a node is given is read: no attribute that is not known or of a value that is not supported, and
 * each input where it belongs.
 *
 * @param isWhole whether an input, by its place, is whole numbers that the network computes.
 * @throws LeukogramError ERR_FORMAT that names the operator, the node, and the attribute or input.
 */
export function checkSignature(
  facts: NodeFacts,
  values: readonly (Value | undefined)[],
  isWhole: (place: number) => boolean,
): void {
  const { attributes, places } = SIGNATURES.get(facts.node.type)!;
  for (const [name, value] of facts.node.attributes) checkAttribute(facts, { name, value, known: attributes });
  checkPresence(facts, values, places);
  const areKnown = values.every((value) => value === undefined || value.kind === "host" || value.kind === "quantised");
  for (const [i, value] of values.entries()) {
    if (value === undefined) continue;
    const { name, kind } = places[i] ?? places.at(-1)!;
    const isTaken = value.kind === "host" || value.kind === "quantised";
    if (!isTaken && (kind === "known" || (kind === "constant" && value.kind !== "constant")))
      throw facts.refuse(
        `takes "${name}" from ${value.kind === "constant" ? "real numbers" : "computed values"}; only constant whole numbers are supported`,
      );
    if (kind === "fixed" && value.kind !== "constant")
      throw facts.refuse(`takes "${name}" from values that are not real numbers, which is not supported`);
    const isNumbers = value.kind === "host" && !areKnown && (kind === "real" || kind === "kept");
    if (isNumbers || (isWhole(i) && kind !== "kept"))
      throw facts.refuse(`computes with whole numbers ("${name}"), which is supported only for shapes`);
  }
}

/** What is taken at a place of a node: see {@link Place}. */
export const kindAt = ({ node }: NodeFacts, place: number): Place["kind"] | undefined =>
  SIGNATURES.get(node.type)!.places[place]?.kind;

function checkPresence(facts: NodeFacts, values: readonly (Value | undefined)[], places: readonly Place[]): void {
  const last = places.at(-1);
  if (values.length > places.length && last?.isMany !== true && values.slice(places.length).some((value) => value))
    throw facts.refuse(`has ${values.length} inputs; at most ${places.length} supported`);
  for (const [i, { name, isOptional }] of places.entries())
    if (values[i] === undefined && !isOptional) throw facts.refuse(`has no input "${name}"`);
  if (last?.isMany && values.includes(undefined)) throw facts.refuse(`has a missing input among its "${last.name}"`);
}

interface GivenAttribute {
  readonly name: string;
  readonly value: DecodedAttribute;
  readonly known: Signature["attributes"];
}

function checkAttribute(facts: NodeFacts, { name, value, known }: GivenAttribute): void {
  if (!known.has(name)) throw facts.refuse(`has an attribute that is not supported: ${name} = ${textOf(value)}`);
  const allowed = known.get(name);
  if (allowed !== undefined && !allowed.includes(textOf(value)))
    throw facts.refuse(`has ${name} = ${textOf(value)}; only ${allowed.join(" or ")} is supported`);
}

function textOf({ float, int, string, ints, floats, tensor, graph }: DecodedAttribute): string {
  if (tensor !== undefined) return `numbers [${tensor.shape.join(", ")}]`;
  if (graph) return "a graph";
  const list = ints ?? floats;
  return list === undefined ? String(string ?? int ?? float ?? "nothing") : `[${list.join(", ")}]`;
}
