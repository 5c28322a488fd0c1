import { z } from "zod";

// A UUID may be written in capitals, and the database never does.
const id = z.uuid().toLowerCase();

/** Parts of paths. */
export const caseParams = z.object({ case: id });
export const cellParams = z.object({ cell: id });
export const reportParams = z.object({ report: id });
export const userParams = z.object({ user: id });
export const tokenParams = z.object({ token: id });
