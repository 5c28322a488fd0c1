import { LeukogramError } from "@leukogram/engine/core/errors";
import { labelFaults } from "leukogram/review/ownLabels";
import { changeLabelSet, readLabelSet } from "../../store/settings/labels.ts";
import { ADMIN, READ } from "../access.ts";
import { changing } from "../contract/access.ts";
import { labelSet } from "../contract/labels.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { wishOf } from "../wishes.ts";

const tags = ["cells"];

/** Says which labels the laboratory gives, by which keys, and lets an admin set them. */
export function addLabelRoutes(app: App, { store }: Laboratory): void {
  const view = () => readLabelSet(store.database.queries);
  app.get(`${API}/labels`, { config: { access: READ }, schema: { tags, response: { 200: labelSet } } }, view);
  app.put(
    `${API}/labels`,
    { config: { access: ADMIN }, schema: { tags, headers: changing, body: labelSet, response: { 200: labelSet } } },
    async (request) => {
      const faults = labelFaults(request.body);
      if (faults.length > 0)
        throw new LeukogramError("ERR_USAGE", `the labels can't be used: ${faults.join(" ")}`, {
          hint: "Give each label a name and a key of its own.",
        });
      await changeLabelSet(store, wishOf(request, { kind: "labels.changed", asks: request.body }), request.body);
      return await view();
    },
  );
}
