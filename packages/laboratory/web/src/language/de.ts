import access from "../../../src/messages/de/access.json" with { type: "json" };
import app from "../../../src/messages/de/app.json" with { type: "json" };
import cases from "../../../src/messages/de/case.json" with { type: "json" };
import classes from "../../../src/messages/de/classes.json" with { type: "json" };
import connections from "../../../src/messages/de/connections.json" with { type: "json" };
import figures from "../../../src/messages/de/figures.json" with { type: "json" };
import flags from "../../../src/messages/de/flags.json" with { type: "json" };
import gallery from "../../../src/messages/de/gallery.json" with { type: "json" };
import models from "../../../src/messages/de/models.json" with { type: "json" };
import notes from "../../../src/messages/de/notes.json" with { type: "json" };
import plan from "../../../src/messages/de/plan.json" with { type: "json" };
import privateMode from "../../../src/messages/de/private.json" with { type: "json" };
import report from "../../../src/messages/de/report.json" with { type: "json" };
import settings from "../../../src/messages/de/settings.json" with { type: "json" };
import signing from "../../../src/messages/de/signing.json" with { type: "json" };
import type { Messages } from "./en.ts";

/** German. */
export const messages: Messages = {
  ...access,
  ...app,
  ...cases,
  ...classes,
  ...connections,
  ...figures,
  ...flags,
  ...gallery,
  ...models,
  ...notes,
  ...plan,
  ...privateMode,
  ...report,
  ...settings,
  ...signing,
};
