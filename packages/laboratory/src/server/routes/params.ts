import { z } from "zod";

// A UUID may be written in capitals, and the database never does.
const id = z.uuid().toLowerCase();

/** The case of a path. */
export const caseParams = z.object({ case: id });
/** The case of a path, and a page that has it open. */
export const pageParams = z.object({ case: id, page: id });
/** The cell of a path. */
export const cellParams = z.object({ cell: id });
/** The report of a path. */
export const reportParams = z.object({ report: id });
/** The user of a path. */
export const userParams = z.object({ user: id });
/** The token of a path. */
export const tokenParams = z.object({ token: id });
/** The order of a path. */
export const orderParams = z.object({ order: id });
/** The delivery of a path. */
export const deliveryParams = z.object({ delivery: id });
/** The accession number of a path. */
export const accessionParams = z.object({ accession: z.string().trim().min(1).max(200) });
