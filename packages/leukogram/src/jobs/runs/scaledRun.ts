import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { atScale } from "../../adaptation/atScale.ts";
import type { OpenRun } from "../../adaptation/openRun.ts";
import { parseToldScales } from "../../data/scale/toldScales.ts";
import type { ScaledSample } from "../../data/scale/usedScales.ts";
import { scaleSentences } from "../../evaluation/crops/scaleWords.ts";
import type { JobTeller } from "../jobTeller.ts";

/** A run at the scale of these cells, which is told. @throws ERR_USAGE as `parseToldScales` and `atScale`; ERR_ABORTED. */
export async function scaledRun(
  opened: OpenRun,
  cells: readonly ScaledSample[],
  {
    scale,
    signal,
    tell,
  }: {
    readonly scale?: readonly string[] | undefined;
    readonly signal?: StopSignal | undefined;
    readonly tell: JobTeller;
  },
): Promise<OpenRun> {
  const { run, laboratories } = await atScale(opened, cells, { told: parseToldScales(scale ?? []), signal });
  for (const sentence of scaleSentences(laboratories)) tell.line(sentence);
  for (const { notes } of laboratories) for (const note of notes) tell.note(note);
  return run;
}
