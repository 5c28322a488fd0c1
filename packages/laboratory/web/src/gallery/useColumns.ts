import { type RefObject, useLayoutEffect, useState } from "react";

/** How large tiles are, in pixels. */
export const SIZES = { small: 56, medium: 72, large: 128 } as const;

/** One of {@link SIZES}. */
export type Size = keyof typeof SIZES;

/** Pixels between tiles. */
export const GAP = 4;

/** Height of what stands below a tile's image, pixels. */
export const FOOT = 20;

/** How many tiles fit beside each other, followed as the element changes its width. */
export function useColumns(element: RefObject<HTMLElement | null>, size: Size): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const area = element.current!;
    const measure = () => setWidth(area.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(area);
    measure();
    return () => observer.disconnect();
  }, [element]);
  return Math.max(1, Math.floor((width - GAP) / (SIZES[size] + GAP)));
}
