/**
 * Prints what a model's features know of the slide that a cell lies on, beyond its class:
 *
 *   npx tsx scripts/slideProbe.ts runs/mobilenetv2-anylab runs/data/chula.csv
 *
 * Within each class that lies on two slides or more, each cell's slide is predicted by the majority of its 5 nearest
 * neighbours among the other cells of the class, by the direction of what the head is given. Beside it stands what always
 * naming the commonest slide would get, and the same for the class over all cells. A model that looks at cells alone
 * has a slide's figure near that of the commonest one.
 */

import { openRun } from "leukogram/adaptation/openRun";
import { nearestNeighbours } from "leukogram/adaptation/unlabelled/nearestNeighbours";
import { lookAtUnlabelled } from "leukogram/adaptation/unlabelled/unlabelledCells";
import { openData } from "leukogram/data/dataset";
import { textTable } from "leukogram/report/text/textTable";

const NEIGHBOURS = 5;

function commonest(names: readonly string[]): { name: string; count: number } {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [name, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  return { name, count };
}

const percent = (count: number, of: number) => ((100 * count) / of).toFixed(1);

const [model, source] = process.argv.slice(2);
if (model === undefined || source === undefined) throw new Error("usage: slideProbe.ts RUN MANIFEST");
const run = await openRun(model);
const { train } = openData(source);
const paths = train.samples.map(({ path }) => path);
const { features } = await lookAtUnlabelled(run, paths, { threads: 1 });
if (features.data.length / features.width !== paths.length) throw new Error("more cells than are looked at");

function predicted(among: readonly number[], nameOf: (index: number) => string): string[] {
  const data = new Float32Array(among.length * features.width);
  for (const [i, index] of among.entries())
    data.set(features.data.subarray(index * features.width, (index + 1) * features.width), i * features.width);
  const { indices, each } = nearestNeighbours({ data, width: features.width }, NEIGHBOURS);
  const right = among.filter((index, i) => {
    const near = Array.from(indices.subarray(i * each, (i + 1) * each), (j) => nameOf(among[j]!));
    return commonest(near).name === nameOf(index);
  });
  const usual = commonest(among.map(nameOf));
  return [`${among.length}`, percent(right.length, among.length), percent(usual.count, among.length)];
}

const slideOf = (index: number) => train.samples[index]!.group;
const rows = train.classes.flatMap((name, label) => {
  const among = paths.flatMap((_, i) => (train.samples[i]!.label === label ? [i] : []));
  const slides = new Set(among.map(slideOf)).size;
  return slides > 1 ? [[`slide of a ${name}`, `${slides}`, ...predicted(among, slideOf)]] : [];
});
const all = paths.map((_, i) => i);
rows.push(["class", `${train.classes.length}`, ...predicted(all, (i) => train.classes[train.samples[i]!.label]!)]);
const head = ["What is predicted", "choices", "cells", "by neighbours, %", "commonest alone, %"];
process.stdout.write(`${textTable([head, ...rows])}\n`);
