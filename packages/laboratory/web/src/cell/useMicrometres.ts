import { useContext } from "react";
import { useLoaded } from "../api/useLoaded.ts";
import { PanelContext } from "../gallery/panelTools.ts";

/** Micrometres of a pixel of the laboratory's images; undefined if its scale is not known, and of images that are not its own. */
export function useMicrometres(): number | undefined {
  const isOwn = useContext(PanelContext)?.hasScale ?? true;
  const { data } = useLoaded<{ micrometres: number | null }>(isOwn ? "/scale" : undefined);
  return data?.micrometres ?? undefined;
}
