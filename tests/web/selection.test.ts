import { LABELS } from "leukogram/review/labels";
import { USUAL_LABELS } from "leukogram/review/ownLabels";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type GestureContext,
  gestureOf,
  gesturesOf,
  type Key,
  wayOf,
} from "../../packages/laboratory/web/src/gallery/gestures.ts";
import { NOTHING, nextFocus, selected, targets } from "../../packages/laboratory/web/src/gallery/selection.ts";
import { letterOf } from "../../packages/laboratory/web/src/labels.ts";
import { speak } from "../../packages/laboratory/web/src/language/words.ts";

beforeAll(() => speak("en"));

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

describe("gestures", () => {
  const pressed = (name: string, held: { shift?: boolean; ctrl?: boolean; alt?: boolean } = {}): Key => ({
    key: name,
    shiftKey: held.shift ?? false,
    ctrlKey: held.ctrl ?? false,
    metaKey: false,
    altKey: held.alt ?? false,
  });
  const nameOf = (...key: Parameters<typeof pressed>) => gestureOf(pressed(...key))?.name;

  test("letters label, in either case", () => {
    expect([..."belmnuas"].map((letter) => nameOf(letter))).toEqual([
      ...["Basophil", "Eosinophil", "Lymphocyte", "Monocyte", "Neutrophil", "Unidentified", "Artefact", "Smudge"],
    ]);
    expect(nameOf("N", { shift: true })).toBe("Neutrophil");
    const labelled: (string | null)[] = [];
    const context = { onLabel: (label: string | null) => labelled.push(label) } as unknown as GestureContext;
    for (const key of ["m", "Delete"].map((name) => pressed(name))) gestureOf(key)!.run(context, key);
    expect(labelled).toEqual(["Monocyte", null]);
  });

  test("the laboratory's own labels have keys, and keys of the others can be moved for them", () => {
    const own = [{ name: "Band", key: "b", countsAs: "Neutrophil" } as const];
    const set = { keys: { ...USUAL_LABELS.keys, Basophil: "ö" }, own };
    expect(["b", "B", "Ö", "n"].map((key) => gestureOf(pressed(key), set)?.name)).toEqual([
      ...["Band", "Band", "Basophil", "Neutrophil"],
    ]);
  });

  test("with Ctrl they are commands, and with Alt the browser's own", () => {
    expect([nameOf("a", { ctrl: true }), nameOf("z", { ctrl: true }), nameOf("y", { ctrl: true })]).toEqual([
      "all",
      "undo",
      "redo",
    ]);
    expect(nameOf("Z", { ctrl: true, shift: true })).toBe("redo");
    expect([nameOf("b", { ctrl: true }), nameOf("b", { alt: true }), nameOf("x")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("arrows move, with Shift select, with Ctrl move alone", () => {
    const led = (...key: Parameters<typeof pressed>) => [nameOf(...key), wayOf(pressed(...key))];
    expect(led("ArrowDown")).toEqual(["move", "down"]);
    expect(led("ArrowLeft", { shift: true })).toEqual(["range", "left"]);
    expect(led("ArrowUp", { ctrl: true })).toEqual(["focus", "up"]);
    expect(led("PageDown", { ctrl: true })).toEqual(["focus", "pageDown"]);
    expect(led("PageUp")).toEqual(["page", "pageUp"]);
    expect(led("End")).toEqual(["ends", "rowEnd"]);
    expect(led("End", { ctrl: true })).toEqual(["ends", "last"]);
    expect(led("Home", { ctrl: true, shift: true })).toEqual(["range", "first"]);
  });

  test("each is shown with its keys and words, and none hides another", () => {
    const all = gesturesOf({ keys: USUAL_LABELS.keys, own: [{ name: "Blast", key: "4", countsAs: "OtherLeukocyte" }] });
    expect(new Set(all.map(({ label }) => label)).size).toBe(all.length);
    expect(new Set(all.map(({ keys }) => keys.join())).size).toBe(all.length);
    const keys = [
      ...[..."belmnuascvwk4 ?"],
      "Delete",
      "Backspace",
      "Escape",
      "Enter",
      "Home",
      "End",
      "PageUp",
      "ArrowUp",
    ];
    for (const name of [...keys, "z", "y"])
      for (const shift of [false, true])
        for (const ctrl of [false, true])
          expect(all.filter(({ takes }) => takes(pressed(name, { shift, ctrl }))).length).toBeLessThan(2);
    const letters = LABELS.map((label) => letterOf(label));
    expect(new Set(letters).size).toBe(LABELS.length);
  });
});
