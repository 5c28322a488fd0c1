// Texts of the gallery, its panel and its counts, under the names by which these read them.
import { cellTexts } from "./cell/cellTexts.ts";
import { countsTexts } from "./counts/countTexts.ts";
import { cellWords, labelledWords, openWords } from "./gallery/galleryWords.ts";
import { labelName, t } from "./language/words.ts";

/** The texts. */
export const texts = {
  gallery: {
    get title() {
      return t("gallery.title");
    },
    get classBar() {
      return t("gallery.classBar");
    },
    section: {
      get unread() {
        return t("gallery.section.unread");
      },
      get bad() {
        return t("gallery.section.bad");
      },
    },
    get chooseSection() {
      return t("gallery.chooseSection");
    },
    get bad() {
      return t("gallery.bad");
    },
    get noneShown() {
      return t("gallery.noneShown");
    },
    get noLabel() {
      return t("gallery.noLabel");
    },
    cells: (count: string | number) => t("gallery.cells", { count }),
    undone: (cells: string | number) => t("gallery.undone", { cells }),
    redone: (cells: string | number) => t("gallery.redone", { cells }),
    cell: cellWords,
    labelled: labelledWords,
  },
  selection: {
    get title() {
      return t("selection.title");
    },
    get confirm() {
      return t("selection.confirm");
    },
    get confirmHint() {
      return t("selection.confirmHint");
    },
    get unseenTitle() {
      return t("selection.unseenTitle");
    },
    get clear() {
      return t("selection.clear");
    },
    get open() {
      return t("selection.open");
    },
    get compare() {
      return t("selection.compare");
    },
    get move() {
      return t("selection.move");
    },
    get undo() {
      return t("selection.undo");
    },
    get redo() {
      return t("selection.redo");
    },
    count: (count: string | number) => t("selection.count", { count }),
    labelAs: (label: string | number) => t("selection.labelAs", { label }),
    unseen: (unseen: string | number, of: string | number) => t("selection.unseen", { unseen, of }),
    confirmAll: (cells: string | number) => t("selection.confirmAll", { cells }),
    openCell: openWords,
  },
  tools: {
    get order() {
      return t("tools.order");
    },
    orders: {
      get unsure() {
        return t("tools.orders.unsure");
      },
      get number() {
        return t("tools.orders.number");
      },
    },
    get filter() {
      return t("tools.filter");
    },
    filters: {
      get all() {
        return t("tools.filters.all");
      },
      get unsure() {
        return t("tools.filters.unsure");
      },
      get unfamiliar() {
        return t("tools.filters.unfamiliar");
      },
      get crop() {
        return t("tools.filters.crop");
      },
      get unreviewed() {
        return t("tools.filters.unreviewed");
      },
    },
    get size() {
      return t("tools.size");
    },
    sizes: {
      get small() {
        return t("tools.sizes.small");
      },
      get medium() {
        return t("tools.sizes.medium");
      },
      get large() {
        return t("tools.sizes.large");
      },
    },
    get adding() {
      return t("tools.adding");
    },
    get whole() {
      return t("tools.whole");
    },
    get unidentifiedFirst() {
      return t("tools.unidentifiedFirst");
    },
    get keys() {
      return t("tools.keys");
    },
  },
  keys: {
    get title() {
      return t("keys.title");
    },
    get where() {
      return t("keys.where");
    },
    gestures: {
      get arrows() {
        return t("keys.gestures.arrows");
      },
      get space() {
        return t("keys.gestures.space");
      },
      get confirm() {
        return t("keys.gestures.confirm");
      },
      get clear() {
        return t("keys.gestures.clear");
      },
      get move() {
        return t("keys.gestures.move");
      },
      get range() {
        return t("keys.gestures.range");
      },
      get focus() {
        return t("keys.gestures.focus");
      },
      get toggle() {
        return t("keys.gestures.toggle");
      },
      get all() {
        return t("keys.gestures.all");
      },
      get ends() {
        return t("keys.gestures.ends");
      },
      get page() {
        return t("keys.gestures.page");
      },
      get section() {
        return t("keys.gestures.section");
      },
      get open() {
        return t("keys.gestures.open");
      },
      get large() {
        return t("keys.gestures.large");
      },
      get whole() {
        return t("keys.gestures.whole");
      },
      get compare() {
        return t("keys.gestures.compare");
      },
      get none() {
        return t("keys.gestures.none");
      },
      get undo() {
        return t("keys.gestures.undo");
      },
      get redo() {
        return t("keys.gestures.redo");
      },
      get help() {
        return t("keys.gestures.help");
      },
    },
  },
  cell: cellTexts,
  counts: countsTexts,
  marks: {
    get title() {
      return t("marks.title");
    },
    get of(): readonly (readonly [string, string, string])[] {
      return [
        ["rejected", "?", t("marks.rejected")],
        ["unfamiliar", "≠", t("marks.unfamiliar")],
        ["crop", "◧", t("marks.crop")],
        ["reviewed", "✓", t("marks.reviewed")],
      ];
    },
  },
  labels: { name: labelName },
  app: {
    get close() {
      return t("app.close");
    },
  },
};
