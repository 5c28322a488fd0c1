import type { DragEvent } from "react";
import type { Selection, Step } from "./selection.ts";
import type { SectionKey } from "./types.ts";

const KIND = "application/x-leukogram-cells";

/** Whether what is dragged are cells of the gallery. */
export function dragsCells(event: DragEvent): boolean {
  return event.dataTransfer.types.includes(KIND);
}

/** The cells that were dropped. */
export function droppedCells(event: DragEvent): readonly string[] {
  return JSON.parse(event.dataTransfer.getData(KIND) || "[]") as string[];
}

interface DraggingOptions {
  readonly selection: Selection;
  readonly ids: readonly string[];
  readonly step: (step: Step) => void;
  readonly onDrop: (ids: readonly string[], key: SectionKey) => void;
}

/** Handlers of the grid: the chosen cells are dragged together, any other cell alone; a section takes them. */
export function useDragging({ selection, ids, step, onDrop }: DraggingOptions) {
  const sectionOf = (event: DragEvent) =>
    (event.target as HTMLElement).closest<HTMLElement>("[data-section]")?.dataset.section as SectionKey | undefined;
  return {
    onDragStart: (event: DragEvent) => {
      const id = (event.target as HTMLElement).closest<HTMLElement>("[data-id]")?.dataset.id;
      if (id === undefined) return;
      const isChosen = selection.chosen.has(id);
      if (!isChosen) step({ kind: "only", id });
      const dragged = isChosen ? ids.filter((one) => selection.chosen.has(one)) : [id];
      event.dataTransfer.setData(KIND, JSON.stringify(dragged));
      event.dataTransfer.effectAllowed = "move";
    },
    onDragOver: (event: DragEvent) => {
      const key = sectionOf(event);
      if (dragsCells(event) && key !== undefined && key !== "bad" && key !== "unread") event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      const key = sectionOf(event);
      if (!dragsCells(event) || key === undefined) return;
      event.preventDefault();
      onDrop(droppedCells(event), key);
    },
  };
}
