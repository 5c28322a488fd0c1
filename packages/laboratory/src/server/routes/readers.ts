import { z } from "zod";
import { requireCase } from "../../store/cases.ts";
import { askedBy, READ } from "../access.ts";
import { readers } from "../contract/cases.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { pageParams } from "./params.ts";

const tags = ["cases"];

/** Who has a case open. Names alone, so that a blind reader learns nothing of what others do there; nothing of it is recorded. */
export function addReaderRoutes(app: App, { store }: Laboratory): void {
  const pages = new OpenPages();
  const path = `${API}/cases/:case/readers/:page`;
  app.put(
    path,
    { config: { access: READ, isAutomatic: true }, schema: { tags, params: pageParams, response: { 200: readers } } },
    async (request) => {
      const { case: id, page } = request.params;
      const { id: caseId } = await requireCase(store.database.queries, id);
      return { others: pages.keep({ page, caseId, user: askedBy(request).user }, store.now()) };
    },
  );
  app.delete(
    path,
    {
      config: { access: READ, isAutomatic: true },
      schema: { tags, params: pageParams, response: { 200: z.object({}) } },
    },
    async (request) => {
      const { case: caseId, page } = request.params;
      pages.close({ page, caseId, user: askedBy(request).user });
      return {};
    },
  );
}

/** Milliseconds without a sign of life after which a page counts as closed; browsers let a hidden page ask once a minute. */
const SILENCE = 75_000;

/** A page that has a case open. */
interface OpenPage {
  /** An id that the page made. */
  readonly page: string;
  readonly caseId: string;
  readonly user: string;
}

/** Which pages have which case open. In memory alone: after a restart pages say it again. */
class OpenPages {
  readonly #pages = new Map<string, OpenPage & { readonly at: number }>();

  /** Keeps that a page is open. @returns who has its case open in other pages, each name once. */
  keep(page: OpenPage, now: Date): string[] {
    const at = now.getTime();
    this.#pages.set(keyOf(page), { ...page, at });
    for (const [key, { at: last }] of this.#pages) if (at - last > SILENCE) this.#pages.delete(key);
    const others = [...this.#pages.values()].filter((one) => one.caseId === page.caseId && keyOf(one) !== keyOf(page));
    return [...new Set(others.map(({ user }) => user))].sort();
  }

  /** A page was closed. */
  close(page: OpenPage): void {
    this.#pages.delete(keyOf(page));
  }
}

// With the user, so that no one closes the page of another.
const keyOf = ({ page, caseId, user }: OpenPage) => `${caseId} ${user} ${page}`;
