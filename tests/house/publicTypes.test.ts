import { join } from "node:path";
import { expect, test } from "vitest";
import { hiddenTypes } from "../../scripts/publicTypes.ts";
import { ROOT } from "../support/packages.ts";

test.each(["packages/engine/src/index.ts", "packages/leukogram/src/index.ts", "packages/leukogram/src/browser.ts"])(
  "%s exports every type that its exports take and give",
  (entry) => {
    expect(hiddenTypes(join(ROOT, entry), ROOT)).toEqual([]);
  },
);
