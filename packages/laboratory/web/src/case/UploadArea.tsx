import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { chosenFiles, droppedFiles } from "../api/droppedFiles.ts";
import { dragsCells } from "../gallery/dragging.ts";
import { texts } from "../texts.ts";
import { UploadStatus } from "./UploadStatus.tsx";
import { useUpload } from "./useUpload.ts";

interface UploadAreaProps {
  readonly caseId: string;
  readonly isAllowed: boolean;
  readonly isEmpty: boolean;
  readonly onAdded: () => void;
  /** How far classification and review are, in the same line. */
  readonly progress: ReactNode;
  readonly children: ReactNode;
}

const ACCEPT = "image/*,.bmp,.tif,.tiff,.zip";

/** Takes images, folders and archives: dropped anywhere on it, or chosen. */
export function UploadArea({ caseId, isAllowed, isEmpty, onAdded, progress, children }: UploadAreaProps) {
  const upload = useUpload(caseId, onAdded);
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
  const words = texts.upload;
  const chosen = (input: HTMLInputElement) => {
    upload.start(chosenFiles(input.files!));
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
        upload.start(droppedFiles(event.dataTransfer));
      }}
    >
      <div className={`uploadBar ${isEmpty ? "empty" : ""}`}>
        <span className={isEmpty ? "" : "muted"}>{isEmpty ? words.dropHere : words.dropMore}</span>
        <button type="button" className={isEmpty ? "primary" : ""} onClick={() => files.current!.click()}>
          {words.files}
        </button>
        <button type="button" onClick={() => folder.current!.click()}>
          {words.folder}
        </button>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          accept={ACCEPT}
          aria-label={words.files}
          onChange={({ target }) => chosen(target)}
        />
        <input
          ref={folder}
          type="file"
          multiple
          hidden
          aria-label={words.folder}
          {...{ webkitdirectory: "" }}
          onChange={({ target }) => chosen(target)}
        />
        <UploadStatus {...upload} />
        {progress}
      </div>
      {children}
    </div>
  );
}
