import type { Store } from "../../store/store.ts";
import { cellPictures } from "./pdf/cellPictures.ts";
import type { ReportContent } from "./reportContent.ts";
import type { FoundReport } from "./reportFhir.ts";
import { reportView } from "./reportView.ts";

/** What {@link pdfOf} takes. */
export interface PdfInput {
  readonly content: ReportContent;
  /** Whether a table of all cells follows. */
  readonly withAppendix?: boolean;
}

/** A report of the store as a PDF. */
export async function pdfOf(
  { images }: Pick<Store, "images">,
  found: FoundReport,
  { content, withAppendix = false }: PdfInput,
): Promise<Buffer> {
  // Loaded when it is first needed: its fonts take a fifth of a second.
  const { reportPdf } = await import("./reportPdf.ts");
  const pictures = await cellPictures(images, content);
  return await reportPdf(reportView(found, found.voided), content, { pictures, withAppendix });
}
