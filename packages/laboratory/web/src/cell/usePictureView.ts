import { useState } from "react";

/** How pictures are looked at: how large, where, and how bright. */
export interface PictureView {
  /** Times the size that fits; 1 or more. */
  readonly zoom: number;
  /** How far the picture is moved, shares of its room. */
  readonly x: number;
  readonly y: number;
  /** 1 is as it is. */
  readonly brightness: number;
}

const AS_IT_IS: PictureView = { zoom: 1, x: 0, y: 0, brightness: 1 };
const MOST_ZOOM = 12;
const STEP = 1.25;

/** Darkest and brightest. */
export const BRIGHTNESS = { min: 0.4, max: 2.5, step: 0.1 } as const;

// No further than its edge.
function within(view: PictureView): PictureView {
  const most = (view.zoom - 1) / 2;
  const held = (at: number) => Math.max(-most, Math.min(most, at));
  return { ...view, x: held(view.x), y: held(view.y) };
}

/** A view of one picture or of several at once, and what changes it. */
export function usePictureView() {
  const [view, setView] = useState(AS_IT_IS);
  /** Zooms about a point, shares of the room from its middle, which stays where it is. */
  const zoom = (factor: number, { x, y } = { x: 0, y: 0 }) =>
    setView((last) => {
      const next = Math.max(1, Math.min(MOST_ZOOM, last.zoom * factor));
      const by = next / last.zoom;
      return within({ ...last, zoom: next, x: x - (x - last.x) * by, y: y - (y - last.y) * by });
    });
  const move = (x: number, y: number) => setView((last) => within({ ...last, x: last.x + x, y: last.y + y }));
  const brighten = (brightness: number) =>
    setView((last) => ({ ...last, brightness: Math.max(BRIGHTNESS.min, Math.min(BRIGHTNESS.max, brightness)) }));
  const keys: Readonly<Record<string, () => void>> = {
    "+": () => zoom(STEP),
    "=": () => zoom(STEP),
    "-": () => zoom(1 / STEP),
    "0": () => setView(AS_IT_IS),
    "[": () => brighten(view.brightness - BRIGHTNESS.step),
    "]": () => brighten(view.brightness + BRIGHTNESS.step),
  };
  return { view, zoom, move, brighten, keys, reset: () => setView(AS_IT_IS) };
}

/** What {@link usePictureView} gives. */
export type PictureControls = ReturnType<typeof usePictureView>;
