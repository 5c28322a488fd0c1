import type { Model } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";

/** Gives a model's name by its id; the id itself until the names are there. */
export function useModelNames(): (id: string) => string {
  const { data } = useLoaded<{ models: readonly Model[] }>("/models");
  return (id) => data?.models.find((model) => model.id === id)?.name ?? id;
}
