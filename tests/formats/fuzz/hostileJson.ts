// Damage to JSON that is still JSON: values of the wrong kind and size, cycles, depth, keys that every object has.
import type { Rng } from "@leukogram/engine/core/rng";
import { damaged, HOSTILE_NUMBERS, HOSTILE_TEXTS, pick } from "./hostile.ts";

type Json = unknown;
type Place = { readonly parent: Record<string | number, Json>; readonly key: string | number };

/** Keys whose values are sizes. */
const SIZES =
  /^(units|filters|kernel_size|strides|pool_size|dilation_rate|groups|depth_multiplier|batch_shape|batch_input_shape|padding|height|width|shape|axis|nb_.*|output_dim|data_offsets|bytes|imageSize)$/;

/** The text of `json`, changed in one to three places. */
export function damagedJson(json: Json, rng: Rng): string {
  if (rng.integer(12) === 0) return Buffer.from(damaged(Buffer.from(JSON.stringify(json)), rng)).toString("latin1");
  const root = { root: structuredClone(json) };
  let holes: [string, string][] = [];
  for (let i = 1 + (rng.integer(3) === 0 ? rng.integer(3) : 0); i > 0; i--) holes = [...holes, ...change(root, rng)];
  let text = JSON.stringify(root.root) ?? "null";
  for (const [mark, raw] of holes) text = text.replace(JSON.stringify(mark), () => raw);
  return text;
}

function places(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push({ parent: value as Record<string, Json>, key });
    places((value as Record<string, Json>)[key], found);
  }
  return found;
}

function change(root: object, rng: Rng): [string, string][] {
  const all = places(root);
  if (all.length === 0) return [];
  const sizes = all.filter(({ key }) => SIZES.test(String(key)));
  const { parent, key } = pick(rng, rng.integer(3) === 0 && sizes.length > 0 ? sizes : all);
  const old = parent[key];
  const other = pick(rng, all);
  const choice = rng.integer(10);
  if (choice <= 1) parent[key] = number(old, rng);
  else if (choice === 2) parent[key] = pick(rng, HOSTILE_TEXTS);
  else if (choice === 3) delete parent[key];
  else if (choice === 4)
    parent[key] = pick(rng, [null, [], {}, true, [null], [[[]]], "3", { class_name: 3 }, 1e308, 0.5]);
  else if (choice === 5) parent[key] = structuredClone(other.parent[other.key]);
  else if (choice === 6 && Array.isArray(old)) parent[key] = [...old, ...structuredClone(old), ...structuredClone(old)];
  else if (choice === 7) parent[pick(rng, HOSTILE_TEXTS)] = old;
  else return raw(parent, key, rng);
  return [];
}

function number(old: Json, rng: Rng): Json {
  const draw = () => pick(rng, HOSTILE_NUMBERS);
  return Array.isArray(old) ? old.map((entry) => (rng.integer(2) === 0 ? draw() : entry)) : draw();
}

// What JSON.stringify does not write.
function raw(parent: Place["parent"], key: Place["key"], rng: Rng): [string, string][] {
  const mark = `hole ${rng.uint32()}`;
  const old = JSON.stringify(parent[key]) ?? "null";
  parent[key] = mark;
  const depth = pick(rng, [100, 3000, 50_000]);
  const model = '{"class_name":"Sequential","config":{"name":"s","layers":[';
  const texts = [
    `${"[".repeat(depth)}${old}${"]".repeat(depth)}`,
    `${'{"config":'.repeat(depth)}${old}${"}".repeat(depth)}`,
    `${model.repeat(depth)}${old}${"]}}".repeat(depth)}`,
    `{"__proto__":{"polluted":true,"units":4},"constructor":{"prototype":{"polluted":true}}}`,
    `{"class_name":"Lambda","config":{"function":"process.exit(9)"}}`,
    `[${new Array(depth).fill(old.length < 1000 ? old : "1").join(",")}]`,
    "1e999",
    "-1e999",
  ];
  return [[mark, pick(rng, texts)]];
}
