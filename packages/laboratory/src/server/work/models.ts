import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { readMetadata } from "@leukogram/engine/runtime/metadata";
import { classifierFacts } from "leukogram/evaluation/classifierFacts";
import { onnxOf } from "leukogram/run/runFolder";
import { findModelFile, isShippedName, shippedModels } from "leukogram/shipped/shippedModels";
import type { z } from "zod";
import { activateModel, activeModel, listModels, noSuchModel, readModelRow } from "../../store/models.ts";
import type { Store } from "../../store/store.ts";
import type { Wish } from "../../store/trail.ts";
import type { model } from "../contract/work.ts";

/** A model, as it goes over the wire. */
export type ModelView = z.infer<typeof model>;

/** A model's file and the hash of its bytes. */
export interface HashedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The models of a laboratory: those that are shipped, and those that it made. */
export class Models {
  readonly #store: Store;
  readonly #initial: string;
  // By path, size and time of change.
  readonly #hashes = new Map<string, string>();

  /** @param initial the model of new cases until one is activated: a run folder, or a shipped model's name. */
  constructor(store: Store, initial: string) {
    this.#store = store;
    this.#initial = initial;
  }

  /** The model that new cases get. */
  async active(): Promise<string> {
    return (await activeModel(this.#store)) ?? this.#initial;
  }

  /** Where a model lies: a run folder, or a shipped model's name. @throws ERR_NOT_FOUND */
  async find(id: string): Promise<string> {
    if (id === this.#initial || isShippedName(id)) return id;
    const row = await readModelRow(this.#store, id);
    if (row === undefined) return noSuchModel();
    return folderOf(this.#store, { kind: row.kind, id });
  }

  /** All models: the shipped ones first, then the laboratory's own, the latest first. */
  async list(): Promise<{ readonly models: ModelView[]; readonly active: string }> {
    const active = await this.active();
    const rows = await listModels(this.#store);
    const shipped = shippedModels().map(({ name, classes }) => given(name, classes, "shipped"));
    const own = rows.map(({ createdAt, judged, findings, ...row }) => ({
      ...{ ...row, createdAt: createdAt.toISOString(), judged: judged as ModelView["judged"] },
      findings: (findings ?? []) as ModelView["findings"],
    }));
    const known = [...shipped, ...own];
    const all = known.some(({ id }) => id === this.#initial) ? known : [this.#given(), ...known];
    return { models: all.map((one) => ({ ...one, isActive: one.id === active })), active };
  }

  /** Makes a model the one that new cases get. @throws ERR_NOT_FOUND */
  async activate(id: string, wish: Wish): Promise<void> {
    await this.find(id);
    await activateModel(this.#store, wish, { id, before: this.#initial });
  }

  /** The .onnx file of a model. @throws ERR_NOT_FOUND */
  async file(id: string): Promise<HashedFile> {
    const path = requireFile(await this.find(id));
    const { size, mtimeMs } = statSync(path);
    const key = `${path} ${size} ${mtimeMs}`;
    const sha256 = this.#hashes.get(key) ?? createHash("sha256").update(readFileSync(path)).digest("hex");
    this.#hashes.set(key, sha256);
    return { path, bytes: size, sha256 };
  }

  // Listed where its file is gone, too, as cases may have it.
  #given() {
    const classes = existsSync(onnxOf(this.#initial)) ? classesOf(this.#initial) : [];
    return given(this.#initial, classes, "trained");
  }
}

const given = (name: string, classes: readonly string[], kind: "shipped" | "trained") => ({
  ...{ id: name, name, kind, parent: null, createdAt: null, classes: [...classes], judged: null, findings: [] },
});

/** The classes of a model: a run folder, or a shipped model's name. @throws ERR_NOT_FOUND if its file is gone. */
export function classesOf(model: string): string[] {
  return [...classifierFacts(readMetadata(readFileSync(requireFile(model))), model).classes];
}

/** The file of a model: a run folder, or a shipped model's name. @throws ERR_NOT_FOUND if it is gone. */
export function requireFile(model: string): string {
  const path = onnxOf(findModelFile(model).path);
  if (existsSync(path)) return path;
  throw new LeukogramError("ERR_NOT_FOUND", `the file of the model ${basename(model)} is missing`, {
    hint: "Restore the model's folder from a backup.",
  });
}

/** The run folder of a model that the laboratory made. */
export function folderOf(
  { folder }: Pick<Store, "folder">,
  { kind, id }: { readonly kind: string; readonly id: string },
) {
  return join(folder, kind === "adapted" ? "models" : "runs", id);
}
