// A constant of an ONNX file: TensorProto, in any of the ways that numbers are kept in it.
import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import { eachField, packed } from "./fields.ts";
import { fromBfloat, fromHalf } from "./half.ts";

/** A constant: real numbers as float32, whole numbers and truth values as numbers. */
export interface DecodedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether the file has real numbers: float, half, bfloat16 or double. */
  readonly isReal: boolean;
  readonly data: Float32Array | Float64Array;
}

/** How entries of a type lie in raw_data: bytes each, and how one is read. */
interface Width {
  readonly bytes: number;
  readonly isReal: boolean;
  read(view: DataView, at: number): number;
}

const real = (bytes: number, read: Width["read"]): Width => ({ bytes, isReal: true, read });
const whole = (bytes: number, read: Width["read"]): Width => ({ bytes, isReal: false, read });

/** By TensorProto.DataType. */
const WIDTHS: Readonly<Record<number, Width>> = {
  1: real(4, (v, at) => v.getFloat32(at, true)),
  2: whole(1, (v, at) => v.getUint8(at)),
  3: whole(1, (v, at) => v.getInt8(at)),
  4: whole(2, (v, at) => v.getUint16(at, true)),
  5: whole(2, (v, at) => v.getInt16(at, true)),
  6: whole(4, (v, at) => v.getInt32(at, true)),
  7: whole(8, (v, at) => Number(v.getBigInt64(at, true))),
  9: whole(1, (v, at) => v.getUint8(at)),
  10: real(2, (v, at) => fromHalf(v.getUint16(at, true))),
  11: real(8, (v, at) => v.getFloat64(at, true)),
  12: whole(4, (v, at) => v.getUint32(at, true)),
  13: whole(8, (v, at) => Number(v.getBigUint64(at, true))),
  16: real(2, (v, at) => fromBfloat(v.getUint16(at, true))),
};

/**
 * Reads a TensorProto.
 *
 * @throws LeukogramError ERR_FORMAT if its numbers do not fill its shape, are of a type that is not supported, or lie in
 * another file.
 */
export function decodeTensor(bytes: Uint8Array): DecodedTensor {
  let name = "";
  let type = 0;
  let raw: Uint8Array | undefined;
  let isExternal = false;
  const shape: number[] = [];
  const listed: number[] = [];
  eachField(bytes, {
    1: (r, wire) => packed(r, wire, () => shape.push(Number(r.int64()))),
    2: (r) => {
      type = r.int32();
    },
    4: (r, wire) => packed(r, wire, () => listed.push(r.float())),
    5: (r, wire) => packed(r, wire, () => listed.push(r.int32())),
    7: (r, wire) => packed(r, wire, () => listed.push(Number(r.int64()))),
    8: (r) => {
      name = r.string();
    },
    9: (r) => {
      raw = r.bytes();
    },
    10: (r, wire) => packed(r, wire, () => listed.push(r.double())),
    11: (r, wire) => packed(r, wire, () => listed.push(Number(r.uint64()))),
    13: (r) => {
      r.skipType(2);
      isExternal = true;
    },
    14: (r) => {
      isExternal = r.int32() === 1 || isExternal;
    },
  });
  if (isExternal)
    throw new LeukogramError("ERR_FORMAT", `weight "${name}" is in another file, which is not read`, {
      hint: "Save the model as one file: onnx.save_model(..., save_as_external_data=False).",
    });
  const width = WIDTHS[type];
  if (width === undefined)
    throw new LeukogramError("ERR_FORMAT", `weight "${name}" has an unsupported type (number ${type})`);
  return { name, shape, isReal: width.isReal, data: numbersOf({ name, shape, type, width, raw, listed }) };
}

interface Parts {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly width: Width;
  readonly raw: Uint8Array | undefined;
  readonly listed: readonly number[];
}

function numbersOf({ name, shape, type, width, raw, listed }: Parts): Float32Array | Float64Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const received = raw === undefined ? listed.length : raw.length / width.bytes;
  if (shape.some((size) => size < 0) || count !== received)
    throw new LeukogramError("ERR_FORMAT", `weight "${name}" has shape ${show(shape)}, but ${received} numbers`, {
      hint: "Export or copy it again.",
    });
  const numbers = width.isReal ? new Float32Array(count) : new Float64Array(count);
  if (raw === undefined) {
    // Halves are listed by their bits.
    const decode = type === 10 ? fromHalf : type === 16 ? fromBfloat : (value: number) => value;
    for (const [i, value] of listed.entries()) numbers[i] = decode(value);
  } else if (type === 1) new Uint8Array(numbers.buffer).set(raw);
  else {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let i = 0; i < count; i++) numbers[i] = width.read(view, i * width.bytes);
  }
  return numbers;
}
