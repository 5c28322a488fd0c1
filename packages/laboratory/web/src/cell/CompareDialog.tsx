import { calledLabel } from "leukogram/review/answer";
import { useState } from "react";
import { API } from "../api/client.ts";
import { useLoaded } from "../api/useLoaded.ts";
import type { GalleryCell } from "../gallery/types.ts";
import { inLabelOrder, offeredLabels, useLabels } from "../labels.ts";
import { labelName, t } from "../language/words.ts";
import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { LabelBadge } from "../ui/LabelBadge.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useMicrometres } from "./useMicrometres.ts";
import { type PictureControls, usePictureView } from "./usePictureView.ts";
import { Viewer } from "./Viewer.tsx";
import { ViewTools } from "./ViewTools.tsx";

interface CompareDialogProps {
  readonly cells: readonly GalleryCell[];
  readonly imageOf: (cell: GalleryCell) => string | undefined;
  /** Whether cells of signed cases can be asked for. */
  readonly hasReferences: boolean;
  readonly onClose: () => void;
}

/** Cells beside each other that can still be told apart. */
const MOST = 8;

/** Cells side by side, and cells of signed cases under them, all at one zoom and brightness. */
export function CompareDialog({ cells, imageOf, hasReferences, onClose }: CompareDialogProps) {
  const controls = usePictureView();
  const micrometres = useMicrometres();
  const shown = cells.filter(({ status }) => status !== "bad").slice(0, MOST);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : controls.keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return (
    <Dialog title={t("view.compare", { cells: cells.length })} className="large" onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: each key has a button that does the same. */}
      <div className="compare" onKeyDown={onKeyDown}>
        <ViewTools controls={controls} isFirst />
        {cells.length > shown.length && (
          <p className="hint">{t("view.shownOnly", { shown: shown.length, of: cells.length })}</p>
        )}
        <ul className="compared" aria-label={t("view.chosen")}>
          {shown.map((cell) => (
            <li key={cell.id}>
              <Viewer
                image={imageOf(cell) ?? ""}
                alt={texts.gallery.cell(cell, null)}
                controls={controls}
                micrometres={hasReferences ? micrometres : undefined}
              />
              <span className="row">
                {t("view.number", { count: cell.number })}
                {calledLabel(cell) !== null && <LabelBadge label={calledLabel(cell)!} withName />}
              </span>
            </li>
          ))}
        </ul>
        {hasReferences && <References first={shown[0]} controls={controls} micrometres={micrometres} />}
      </div>
    </Dialog>
  );
}

interface ReferencesProps {
  readonly first: GalleryCell | undefined;
  readonly controls: PictureControls;
  readonly micrometres: number | undefined;
}

interface Reference {
  readonly cell: string;
  readonly number: number;
  readonly caseName: string;
  readonly byReader: boolean;
}

function References({ first, controls, micrometres }: ReferencesProps) {
  const offered = offeredLabels(useLabels()).map(({ name }) => name);
  const called = first && calledLabel(first);
  const isUsable = (name: string) => name !== "Unidentified";
  const names = inLabelOrder([...offered, ...(called == null ? [] : [called])]).filter(isUsable);
  const [label, setLabel] = useState(called != null && isUsable(called) ? called : names[0]!);
  const path = `/references?label=${encodeURIComponent(label)}`;
  const { data, error, reload } = useLoaded<{ references: readonly Reference[] }>(path);
  return (
    <section className="references" aria-label={t("view.references")}>
      <label className="choice">
        <span>{t("view.references")}</span>
        <select value={label} onChange={({ target }) => setLabel(target.value)}>
          {names.map((name) => (
            <option key={name} value={name}>
              {labelName(name)}
            </option>
          ))}
        </select>
      </label>
      <LoadFault error={error} onAgain={reload} />
      {data?.references.length === 0 && <p className="muted">{t("view.noReferences", { label: labelName(label) })}</p>}
      <ul className="compared" aria-label={t("view.references")}>
        {data?.references.map(({ cell, number, caseName, byReader }) => (
          <li key={cell}>
            <Viewer
              image={`${API}/cells/${cell}/image`}
              alt={t("view.reference", { label: labelName(label), cell: String(number), case: caseName })}
              controls={controls}
              micrometres={micrometres}
            />
            <span className="muted">
              {byReader ? t("view.byReader", { case: caseName }) : t("view.bySignature", { case: caseName })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
