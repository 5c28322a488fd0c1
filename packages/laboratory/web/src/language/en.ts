import access from "../../../src/messages/en/access.json" with { type: "json" };
import app from "../../../src/messages/en/app.json" with { type: "json" };
import cases from "../../../src/messages/en/case.json" with { type: "json" };
import classes from "../../../src/messages/en/classes.json" with { type: "json" };
import connections from "../../../src/messages/en/connections.json" with { type: "json" };
import figures from "../../../src/messages/en/figures.json" with { type: "json" };
import flags from "../../../src/messages/en/flags.json" with { type: "json" };
import gallery from "../../../src/messages/en/gallery.json" with { type: "json" };
import models from "../../../src/messages/en/models.json" with { type: "json" };
import notes from "../../../src/messages/en/notes.json" with { type: "json" };
import plan from "../../../src/messages/en/plan.json" with { type: "json" };
import privateMode from "../../../src/messages/en/private.json" with { type: "json" };
import report from "../../../src/messages/en/report.json" with { type: "json" };
import settings from "../../../src/messages/en/settings.json" with { type: "json" };
import signing from "../../../src/messages/en/signing.json" with { type: "json" };

/** English: what there are messages of. */
export const messages = {
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

/** Messages of the app in one language. */
export type Messages = Readonly<Record<keyof typeof messages, string>>;
