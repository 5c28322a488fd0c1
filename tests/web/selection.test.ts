import { describe, expect, test } from "vitest";
import { actionOf } from "../../packages/laboratory/web/src/gallery/keys.ts";
import { NOTHING, nextFocus, selected, targets } from "../../packages/laboratory/web/src/gallery/selection.ts";

const ids = ["a", "b", "c", "d", "e"];
const steps = (...all: Parameters<typeof selected>[1][]) =>
  all.reduce((last, step) => selected(last, step, ids), NOTHING);

describe("selection", () => {
  test("a range goes from where it began, and shrinks as it comes back", () => {
    const wide = steps({ kind: "only", id: "b" }, { kind: "range", id: "d" });
    expect([...wide.chosen]).toEqual(["b", "c", "d"]);
    const back = selected(wide, { kind: "range", id: "a" }, ids);
    expect([[...back.chosen], back.focus]).toEqual([["a", "b"], "a"]);
  });

  test("a toggle adds and takes away, and the focus may go on without choosing", () => {
    const two = steps({ kind: "only", id: "a" }, { kind: "focus", id: "c" }, { kind: "toggle", id: "c" });
    expect(targets(two, ids)).toEqual(["a", "c"]);
    expect(targets(selected(two, { kind: "toggle", id: "a" }, ids), ids)).toEqual(["c"]);
  });

  test("with none chosen the cell with the focus is meant", () => {
    expect(targets(steps({ kind: "only", id: "b" }, { kind: "none" }), ids)).toEqual(["b"]);
  });

  test("the focus goes past what was labelled without choosing, and back to what was undone, all of it", () => {
    const two = steps({ kind: "toggle", id: "a" }, { kind: "toggle", id: "b" });
    const past = selected(two, { kind: "past", id: "c" }, ids);
    expect([past.chosen.size, past.focus]).toEqual([0, "c"]);
    expect([...selected(past, { kind: "toggle", id: "d" }, ids).chosen]).toEqual(["d"]);
    const back = selected(past, { kind: "these", ids: ["a", "b"] }, ids);
    expect([[...back.chosen], back.focus]).toEqual([["a", "b"], "a"]);
  });

  test("the focus goes on to the next cell that stays, else back", () => {
    expect(nextFocus(ids, ["b", "c"])).toBe("d");
    expect(nextFocus(ids, ["a", "e"])).toBe("d");
    expect(nextFocus(ids, ids)).toBe("e");
  });
});

describe("keys", () => {
  const key = (name: string, held: { shift?: boolean; ctrl?: boolean; alt?: boolean } = {}) =>
    actionOf({
      key: name,
      shiftKey: held.shift ?? false,
      ctrlKey: held.ctrl ?? false,
      metaKey: false,
      altKey: held.alt ?? false,
    });

  test("letters label, in either case", () => {
    const labels = [..."belmnuas"].map((letter) => key(letter));
    expect(labels.map((action) => action?.kind === "label" && action.label)).toEqual([
      ...["Basophil", "Eosinophil", "Lymphocyte", "Monocyte", "Neutrophil", "Unidentified", "Artefact", "Smudge"],
    ]);
    expect(key("N", { shift: true })).toEqual({ kind: "label", label: "Neutrophil" });
  });

  test("with Ctrl they are commands, and with Alt the browser's own", () => {
    expect([key("a", { ctrl: true }), key("z", { ctrl: true }), key("Z", { ctrl: true, shift: true })]).toEqual([
      { kind: "all" },
      { kind: "undo" },
      { kind: "redo" },
    ]);
    expect([key("b", { ctrl: true }), key("b", { alt: true }), key("x")]).toEqual([undefined, undefined, undefined]);
  });

  test("arrows move, with Shift select, with Ctrl move alone", () => {
    expect(key("ArrowDown")).toEqual({ kind: "move", way: "down", how: "only" });
    expect(key("ArrowLeft", { shift: true })).toEqual({ kind: "move", way: "left", how: "range" });
    expect(key("ArrowUp", { ctrl: true })).toEqual({ kind: "move", way: "up", how: "focus" });
    expect(key("End", { ctrl: true })).toEqual({ kind: "move", way: "last", how: "only" });
  });
});
