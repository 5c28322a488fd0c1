import { laboratoryNames, laboratoryOf } from "../../data/laboratories.ts";
import type { Dataset, Sample } from "../../data/sample.ts";
import { evaluatePredictions } from "../evaluate.ts";
import type { Evaluation, Predictions } from "../types.ts";

/** A model's figures on the images of one laboratory. */
export interface LaboratoryEvaluation {
  readonly laboratory: string;
  readonly evaluation: Evaluation;
}

/** Figures of a laboratory that the model has not seen. */
export interface UnseenLaboratory extends LaboratoryEvaluation {
  /** The laboratories whose images it learned from. */
  readonly trainedOn: readonly string[];
  /** Images of classes that no other laboratory has, which can't be judged. */
  readonly leftOut: number;
  /** Whether its test images were judged, or all that it has. */
  readonly judgedOn: "test" | "all";
}

/** Figures of all laboratories that could be left out. */
export interface LeaveOneOut {
  readonly laboratories: readonly UnseenLaboratory[];
  /** What a reader must know: laboratories that could not be left out, images that could not be judged. */
  readonly notes: readonly string[];
}

/** Figures by laboratory: of the model that was trained on all, and of those that were trained without one. */
export interface LaboratoryFigures {
  readonly validation: readonly LaboratoryEvaluation[];
  /** Only of laboratories that have test images, and others that the model has seen. */
  readonly test: readonly LaboratoryEvaluation[];
  /** Of laboratories that have test images alone: the model that was trained on all has not seen them. */
  readonly neverSeen: readonly LaboratoryEvaluation[];
  /** Undefined if it was not asked for. */
  readonly leaveOneOut: LeaveOneOut | undefined;
}

/**
 * The figures of each laboratory's images among the answers, in the order of {@link laboratoryNames}.
 */
export function evaluateByLaboratory(predictions: Predictions, samples: readonly Sample[]): LaboratoryEvaluation[] {
  const laboratories = new Map(samples.map((sample) => [sample.file, laboratoryOf(sample)]));
  return laboratoryNames(samples).flatMap((laboratory) => {
    const rows = predictions.rows.filter(({ file }) => laboratories.get(file) === laboratory);
    // All of its images may have been left out as bad.
    if (rows.length === 0) return [];
    return [{ laboratory, evaluation: evaluatePredictions({ ...predictions, rows }) }];
  });
}

/** Images to learn from without one laboratory, and those of it to judge by. */
export interface LaboratoryFold {
  readonly laboratory: string;
  readonly trainedOn: readonly string[];
  readonly train: Dataset;
  readonly validation: readonly Sample[];
  /** Of the classes of `train` alone, by its labels. */
  readonly judged: readonly Sample[];
  readonly judgedOn: "test" | "all";
  readonly leftOut: number;
}

/** The parts of a data set, as a training uses them. */
export interface Parts {
  readonly classes: readonly string[];
  readonly train: readonly Sample[];
  readonly validation: readonly Sample[];
  readonly test?: readonly Sample[] | undefined;
}

/**
 * Parts a data set for leave-one-laboratory-out: for each laboratory that is trained on, the others' training and validation images, and
 * its own test images to judge by, or all of its images where it has no test images.
 *
 * Classes that the others have no training image of can't be learned: they are left out, and counted.
 */
export function laboratoryFolds({ classes, train, validation, test = [] }: Parts, root: string): LaboratoryFold[] {
  const names = laboratoryNames([...train, ...validation]);
  return names.map((laboratory) => {
    const own = (samples: readonly Sample[]) => samples.filter((sample) => laboratoryOf(sample) === laboratory);
    const others = (samples: readonly Sample[]) => samples.filter((sample) => laboratoryOf(sample) !== laboratory);
    const learned = classes.filter((_, label) => others(train).some((sample) => sample.label === label));
    const relabelled = (samples: readonly Sample[]) =>
      samples.flatMap((sample) => {
        const label = learned.indexOf(classes[sample.label]!);
        return label < 0 ? [] : [{ ...sample, label }];
      });
    const hasTest = own(test).length > 0;
    const wanted = hasTest ? own(test) : own([...train, ...validation]);
    const judged = relabelled(wanted);
    return {
      laboratory,
      trainedOn: names.filter((name) => name !== laboratory),
      train: { root, classes: learned, samples: relabelled(others(train)) },
      validation: relabelled(others(validation)),
      judged,
      judgedOn: hasTest ? "test" : "all",
      leftOut: wanted.length - judged.length,
    };
  });
}
