import access from "../../../src/messages/es/access.json" with { type: "json" };
import app from "../../../src/messages/es/app.json" with { type: "json" };
import cases from "../../../src/messages/es/case.json" with { type: "json" };
import classes from "../../../src/messages/es/classes.json" with { type: "json" };
import connections from "../../../src/messages/es/connections.json" with { type: "json" };
import figures from "../../../src/messages/es/figures.json" with { type: "json" };
import flags from "../../../src/messages/es/flags.json" with { type: "json" };
import gallery from "../../../src/messages/es/gallery.json" with { type: "json" };
import models from "../../../src/messages/es/models.json" with { type: "json" };
import notes from "../../../src/messages/es/notes.json" with { type: "json" };
import plan from "../../../src/messages/es/plan.json" with { type: "json" };
import privateMode from "../../../src/messages/es/private.json" with { type: "json" };
import report from "../../../src/messages/es/report.json" with { type: "json" };
import settings from "../../../src/messages/es/settings.json" with { type: "json" };
import signing from "../../../src/messages/es/signing.json" with { type: "json" };
import type { Messages } from "./en.ts";

/** Spanish. */
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
