import type { LayerOutput } from "../nn/layer.ts";
import type { Model } from "../nn/model.ts";

/** A model that was built, and where its frozen part ends, if it has one. */
export interface BuiltModel {
  readonly model: Model;
  readonly features?: LayerOutput | undefined;
  /** Where the part that was trained elsewhere ends, frozen or not. */
  readonly backbone?: LayerOutput | undefined;
  /** Where the last blocks begin, which a few labels of another laboratory may change. */
  readonly lastBlocks?: LayerOutput | undefined;
  /** Finds in the name of a backbone's layer the block that it belongs to: its groups, one after the other. */
  readonly blocks?: RegExp | undefined;
}
