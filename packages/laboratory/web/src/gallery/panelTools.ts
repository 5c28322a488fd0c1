import { createContext, useContext } from "react";
import type { Label } from "../api/types.ts";

/** What the side panel may ask of the gallery, beside being closed. */
export interface PanelTools {
  /** Whether labels can be given; else the panel only shows. */
  readonly canLabel: boolean;
  /** Labels the cell that is shown; null takes the reader's label away. */
  readonly onLabel: (label: Label | null) => void;
  /** Labels it as it stands; a blind reader has nothing to confirm. */
  readonly onConfirm: (() => void) | undefined;
  /** Goes to the cell before or after it. */
  readonly onMove: (way: "left" | "right") => void;
  /** Shows another cell of the case. */
  readonly onShow: (id: string) => void;
  /** Whether the images are of the laboratory's scale. */
  readonly hasScale: boolean;
  readonly isLarge: boolean;
  readonly onLarge: (isLarge: boolean) => void;
}

/** Set by the gallery around the panel. */
export const PanelContext = createContext<PanelTools | undefined>(undefined);

/** The gallery's tools for what stands in its panel. */
export function usePanelTools(): PanelTools {
  return useContext(PanelContext)!;
}
