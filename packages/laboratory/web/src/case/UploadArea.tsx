import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { type ChosenFiles, chosenFiles, droppedFiles } from "../api/droppedFiles.ts";
import type { CaseSummary } from "../api/types.ts";
import { useMessages } from "../app/messages.tsx";
import { dragsCells } from "../gallery/dragging.ts";
import { t } from "../language/words.ts";
import { useUploads } from "../uploads/uploads.tsx";
import { MissingFiles } from "./MissingFiles.tsx";
import { UploadStatus } from "./UploadStatus.tsx";

interface UploadAreaProps {
  readonly summary: CaseSummary;
  /** Files of announced uploads that have not arrived and are not on their way from here. */
  readonly awaited: number;
  readonly isAllowed: boolean;
  readonly isEmpty: boolean;
  readonly onChanged: (summary?: CaseSummary) => void;
  /** How far classification and review are, in the same line. */
  readonly progress: ReactNode;
  readonly children: ReactNode;
}

const ACCEPT = "image/*,.bmp,.tif,.tiff,.zip";

/** Takes images, folders and archives: dropped anywhere on it, or chosen. */
export function UploadArea(props: UploadAreaProps) {
  const { summary, awaited, isAllowed, isEmpty, onChanged, progress, children } = props;
  const queue = useUploads();
  const { fail } = useMessages();
  const [isOver, setIsOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  if (!isAllowed)
    return (
      <>
        {progress}
        {children}
      </>
    );
  const takes = (event: DragEvent) => event.dataTransfer.types.includes("Files") && !dragsCells(event);
  const add = (files: ChosenFiles) => queue.add({ caseId: summary.id, caseName: summary.name }, files);
  const chosen = (input: HTMLInputElement) => {
    add(chosenFiles(input.files!));
    // So that the same files can be chosen again.
    input.value = "";
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has buttons beside it that do the same.
    <div
      className={`uploadArea ${isOver ? "over" : ""}`}
      onDragOver={(event) => {
        if (!takes(event)) return;
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) setIsOver(false);
      }}
      onDrop={(event) => {
        if (!takes(event)) return;
        event.preventDefault();
        setIsOver(false);
        // A folder that is dropped may turn out not to be readable.
        droppedFiles(event.dataTransfer).then(add).catch(fail);
      }}
    >
      <MissingFiles summary={summary} awaited={awaited} onChanged={onChanged} />
      <div className={`uploadBar ${isEmpty ? "empty" : ""}`}>
        <span className={isEmpty ? "" : "muted"}>{isEmpty ? t("upload.dropHere") : t("upload.dropMore")}</span>
        <button type="button" className={isEmpty ? "primary" : ""} onClick={() => files.current!.click()}>
          {t("upload.files")}
        </button>
        <button type="button" onClick={() => folder.current!.click()}>
          {t("upload.folder")}
        </button>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          accept={ACCEPT}
          aria-label={t("upload.files")}
          onChange={({ target }) => chosen(target)}
        />
        <input
          ref={folder}
          type="file"
          multiple
          hidden
          aria-label={t("upload.folder")}
          {...{ webkitdirectory: "" }}
          onChange={({ target }) => chosen(target)}
        />
        <UploadStatus caseId={summary.id} />
        {progress}
      </div>
      {children}
    </div>
  );
}
