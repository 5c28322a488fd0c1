import { t } from "../language/words.ts";
import { formatShare } from "../ui/format.ts";
import { historyWords, neighbourWords } from "./cellWords.ts";

/** Texts of a cell's panel, read when they are shown. */
export const cellTexts = {
  get waiting() {
    return t("cell.waiting");
  },
  get counted() {
    return t("cell.counted");
  },
  get called() {
    return t("cell.called");
  },
  get probabilities() {
    return t("cell.probabilities");
  },
  get mapHint() {
    return t("cell.mapHint");
  },
  get large() {
    return t("cell.large");
  },
  get previous() {
    return t("cell.previous");
  },
  get next() {
    return t("cell.next");
  },
  get labelTitle() {
    return t("cell.labelTitle");
  },
  get mapWaiting() {
    return t("cell.mapWaiting");
  },
  get mapFailed() {
    return t("cell.mapFailed");
  },
  get showMap() {
    return t("cell.showMap");
  },
  get rejected() {
    return t("cell.rejected");
  },
  get unfamiliar() {
    return t("cell.unfamiliar");
  },
  get noNucleus() {
    return t("cell.noNucleus");
  },
  get neighbours() {
    return t("cell.neighbours");
  },
  get noNeighbours() {
    return t("cell.noNeighbours");
  },
  get neighboursHint() {
    return t("cell.neighboursHint");
  },
  get distance() {
    return t("cell.distance");
  },
  get history() {
    return t("cell.history");
  },
  get noHistory() {
    return t("cell.noHistory");
  },
  title: (count: string | number) => t("cell.title", { count }),
  mapOf: (label: string | number) => t("cell.mapOf", { label }),
  mapAlt: (label: string | number) => t("cell.mapAlt", { label }),
  familiarity: (share: string | number) => t("cell.familiarity", { share }),
  comparing: (cells: string | number) => t("cell.comparing", { cells }),
  cropLeaves: (outside: number) => t("cell.cropLeaves", { share: formatShare(outside) }),
  neighbour: neighbourWords,
  historyStep: historyWords,
};
