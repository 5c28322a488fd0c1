// What each key does in the gallery.
import type { Label } from "../api/types.ts";
import { labelOfKey } from "../labels.ts";
import type { Way } from "./sections.ts";

/** What a key asks for. */
export type KeyAction =
  | { readonly kind: "move"; readonly way: Way; readonly how: "only" | "range" | "focus" }
  | { readonly kind: "label"; readonly label: Label }
  | {
      readonly kind:
        | "confirm"
        | "clear"
        | "toggle"
        | "section"
        | "all"
        | "none"
        | "open"
        | "large"
        | "undo"
        | "redo"
        | "help";
    };

/** The part of a keyboard event that says what is asked. */
export type Key = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

const WAYS: Readonly<Record<string, Way>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "rowStart",
  End: "rowEnd",
  PageUp: "pageUp",
  PageDown: "pageDown",
};

const PLAIN: Readonly<Record<string, KeyAction["kind"]>> = {
  c: "confirm",
  v: "large",
  Delete: "clear",
  Backspace: "clear",
  " ": "toggle",
  Escape: "none",
  Enter: "open",
  "?": "help",
};

/** What a key asks for in the gallery; undefined if it is none of its keys. */
export function actionOf(event: Key): KeyAction | undefined {
  if (event.altKey) return undefined;
  const isCommand = event.ctrlKey || event.metaKey;
  const way = WAYS[event.key];
  if (way !== undefined) {
    const far = way === "rowStart" ? "first" : way === "rowEnd" ? "last" : way;
    return {
      kind: "move",
      way: isCommand ? far : way,
      how: event.shiftKey ? "range" : isCommand && far === way ? "focus" : "only",
    };
  }
  if (isCommand) return commandOf(event);
  if (event.key === " " && event.shiftKey) return { kind: "section" };
  const kind = PLAIN[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (kind !== undefined) return { kind } as KeyAction;
  const label = event.key.length === 1 ? labelOfKey(event.key) : undefined;
  return label && { kind: "label", label };
}

/** Undo and redo, wherever the focus is. */
export function commandOf(event: Key): KeyAction | undefined {
  if (event.altKey || !(event.ctrlKey || event.metaKey)) return undefined;
  const key = event.key.toLowerCase();
  if (key === "z") return { kind: event.shiftKey ? "redo" : "undo" };
  if (key === "y") return { kind: "redo" };
  return key === "a" ? { kind: "all" } : undefined;
}
