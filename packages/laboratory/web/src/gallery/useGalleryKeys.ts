import { useEffect, useRef } from "react";
import { type GestureContext, gestureOf } from "./gestures.ts";

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;

/** Runs the gestures: those that work everywhere, and those of the grid while one of its cells has the focus. */
export function useGalleryKeys(context: Omit<GestureContext, "page">) {
  const latest = useRef(context);
  latest.current = context;
  useEffect(() => {
    const take = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      const gesture = gestureOf(event);
      if (!gesture?.isEverywhere) return;
      event.preventDefault();
      gesture.run({ ...latest.current, page: 1 }, event);
    };
    addEventListener("keydown", take);
    return () => removeEventListener("keydown", take);
  }, []);
  return (event: React.KeyboardEvent, page: number) => {
    // Buttons inside the grid keep their keys.
    if ((event.target as HTMLElement).closest('[role="gridcell"]') === null) return;
    const gesture = gestureOf(event);
    if (gesture === undefined || gesture.isEverywhere) return;
    event.preventDefault();
    gesture.run({ ...context, page }, event);
  };
}
