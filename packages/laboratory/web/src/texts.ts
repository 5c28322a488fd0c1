// Every text of the app, in English, by page. A translation is other files of this shape; what depends on numbers is a function.
import { accessTexts } from "./texts/access.ts";
import { appTexts } from "./texts/app.ts";
import { caseTexts } from "./texts/case.ts";
import { connectionsTexts } from "./texts/connections.ts";
import { figuresTexts } from "./texts/figures.ts";
import { galleryTexts } from "./texts/gallery.ts";
import { modelsTexts } from "./texts/models.ts";
import { planTexts } from "./texts/plan.ts";
import { privateTexts } from "./texts/private.ts";
import { reportTexts } from "./texts/report.ts";
import { settingsTexts } from "./texts/settings.ts";

/** The texts. */
export const texts = {
  ...appTexts,
  ...accessTexts,
  ...caseTexts,
  ...galleryTexts,
  ...reportTexts,
  ...modelsTexts,
  ...settingsTexts,
  ...connectionsTexts,
  ...planTexts,
  ...figuresTexts,
  ...privateTexts,
};
