import { useEffect, useRef, useState } from "react";
import { get } from "../api/client.ts";
import type { Model } from "../api/types.ts";
import { t } from "../language/words.ts";
import { cellsCsv } from "./csv.ts";
import { keptModels } from "./keptFiles.ts";
import { type PrivateState, privateStore } from "./privateStore.ts";
import { statusWords } from "./privateWords.ts";

interface PrivateBarProps {
  readonly state: PrivateState;
  readonly onFiles: (files: Iterable<File>) => void;
}

/** Model, images, progress, and what can be taken away. */
export function PrivateBar({ state, onFiles }: PrivateBarProps) {
  const models = useModels();
  const input = useRef<HTMLInputElement>(null);
  const { cells, waiting, status, model } = state;
  useEffect(() => {
    if (model === undefined && models[0] !== undefined) void privateStore.load(models[0]);
  }, [model, models]);
  const save = () => {
    const address = URL.createObjectURL(new Blob([cellsCsv(state)], { type: "text/csv" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: "leukogram-cells.csv" });
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <div className="uploadBar">
      <label className="choice">
        <span>{t("private.model")}</span>
        <select value={model ?? ""} onChange={({ target }) => void privateStore.load(target.value)}>
          {models.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="primary" onClick={() => input.current!.click()}>
        {t("private.files")}
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        aria-label={t("private.files")}
        onChange={({ target }) => {
          onFiles([...target.files!]);
          target.value = "";
        }}
      />
      <span role="status" className="row">
        {status === "ready" && waiting > 0 && (
          <progress max={cells.length} value={cells.length - waiting} aria-hidden="true" />
        )}
        {statusWords(status, cells.length - waiting, cells.length)}
      </span>
      <span className="push" />
      <button type="button" disabled={cells.length === 0} onClick={save}>
        {t("private.csv")}
      </button>
      <button type="button" disabled={cells.length === 0} onClick={() => privateStore.clear()}>
        {t("private.clear")}
      </button>
    </div>
  );
}

/** The server's models, the active one first; without a network those that were kept. */
function useModels(): readonly string[] {
  const [models, setModels] = useState<readonly string[]>([]);
  useEffect(() => {
    const ask = get<{ models: Model[] }>("/models").then(({ models: found }) =>
      found.toSorted((a, b) => Number(b.isActive) - Number(a.isActive)).map(({ id }) => id),
    );
    void ask.catch(keptModels).then(setModels);
  }, []);
  return models;
}
