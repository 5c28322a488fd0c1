// How reports look, as it goes over the wire.
import { z } from "zod";
import { LANGUAGES } from "../../messages/language.ts";

const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, "must be one line");

const isUnique = (names: readonly string[]) => new Set(names).size === names.length;

/** How the laboratory's reports look. What of it a report prints is frozen with its signature. */
export const reporting = z.object({
  /** Name of the laboratory, above each report; empty for none. */
  laboratory: z.union([z.literal(""), line(200)]),
  /** Below it: address, telephone. */
  lines: z.array(line(200)).max(6).readonly(),
  /** What new reports are written in; one that is signed stays in its own. */
  language: z.enum(LANGUAGES, {
    error: ({ input }) => `unknown language ${JSON.stringify(input)}: expected ${LANGUAGES.join(", ")}`,
  }),
  /** Full names of signers, by the name that they sign in with. */
  names: z
    .array(z.object({ user: line(64), fullName: line(200) }))
    .max(1000)
    .refine((names) => isUnique(names.map(({ user }) => user)), "a user is named twice")
    .readonly(),
  /** Comments to choose from. */
  comments: z
    .array(z.object({ name: line(100), text: z.string().trim().min(1).max(5000) }))
    .max(100)
    .refine((comments) => isUnique(comments.map(({ name }) => name)), "two comments have the same name")
    .readonly(),
});

/** New looks; of what was added later, what is left out stays. */
export const reportingChange = reporting.partial({ language: true });
