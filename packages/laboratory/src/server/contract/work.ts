// The trail, models, trainings and users, as they go over the wire.

import { SCALE_SOURCES } from "leukogram/data/scale/scale";
import { z } from "zod";
import { estimate, moment } from "./cases.ts";

/** One event of the trail. */
export const event = z.object({
  /** From 1, without gaps. */
  sequence: z.int(),
  at: moment,
  actor: z.string(),
  /** Such as `cells.labelled`, `case.signed`. */
  kind: z.string(),
  case: z.uuid().nullable(),
  content: z.record(z.string(), z.unknown()),
  /** Hash of the event before; 64 zeros for the first. */
  previous: z.string(),
  /** SHA-256 of `previous` and the canonical JSON of the rest. */
  hash: z.string(),
});

/** What verifying the trail found. */
export const verified = z.object({
  isWhole: z.boolean(),
  events: z.int(),
  head: z.string(),
  /** Where it is broken, and how. */
  fault: z.string().nullable(),
});

/** How large the laboratory's pictures show a cell. */
export const scale = z.object({
  /** Width of a red cell, pixels. */
  redCell: z.number(),
  /** How far that may be off, one standard deviation, as a share of it. */
  error: z.number(),
  source: z.enum(SCALE_SOURCES),
  /** Cells whose nuclei were measured; 0 if it was told. */
  cells: z.int(),
});

/** What an adaptation without labels found and expects, one thing each. */
const findings = z.array(z.object({ name: z.string(), text: z.string() }));

/** Cells for an adaptation without labels. */
export const unlabelledCells = z.object({
  /** Different images that there are, labelled or not. */
  cells: z.int(),
  needed: z.int(),
  /** How many of them would be taken, the first. */
  taken: z.int(),
});

/** A model of this laboratory. */
export const model = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["shipped", "adapted", "trained"]),
  /** What it was adapted from. */
  parent: z.string().nullable(),
  isActive: z.boolean(),
  createdAt: moment.nullable(),
  classes: z.array(z.string()),
  /** On corrected cells that were held out: before and after. */
  judged: z
    .object({
      cells: z.int(),
      /** Of these: how many a reader labelled. Of the others a signature confirmed the model's own answer. */
      labelled: z.int(),
      before: estimate,
      after: estimate,
      kappaAfter: estimate.nullable(),
    })
    .nullable(),
  /** Empty unless it was adapted without labels. */
  findings,
});

/** A training or adaptation. */
export const run = z.object({
  id: z.uuid(),
  kind: z.enum(["train", "adapt"]),
  name: z.string(),
  status: z.enum(["waiting", "running", "finished", "failed", "cancelled", "interrupted"]),
  startedBy: z.string(),
  createdAt: moment,
  finishedAt: moment.nullable(),
  error: z.string().nullable(),
  settings: z.record(z.string(), z.unknown()),
  progress: z.object({
    epoch: z.int(),
    epochs: z.int().nullable(),
    imagesPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
    /** What is being done, such as "Decoding training images: 120 of 400"; null if nothing is. */
    stage: z.string().nullable(),
    history: z.array(
      z.object({
        epoch: z.int(),
        loss: z.number(),
        accuracy: z.number(),
        valLoss: z.number().nullable(),
        valAccuracy: z.number().nullable(),
      }),
    ),
  }),
  /** Of an adaptation: the model that it made. */
  model: z.string().nullable(),
  /** Of an adaptation without labels, also where the model stays as it is; else empty. */
  findings,
});

/** What a user may do, each with what those before it may. */
export const ROLES = ["viewer", "reviewer", "signer", "admin"] as const;

/** What a token may do. */
export const SCOPES = ["read", "review", "sign", "admin", "infer"] as const;

/** Who asks. */
export const session = z.object({
  user: z.string().nullable(),
  role: z.enum(ROLES).nullable(),
  csrf: z.string().nullable(),
  /** Whether there are no users, and everybody at this machine is the local admin. */
  isLocal: z.boolean(),
  version: z.string(),
  /** Of an answer to signing in: whether a code of the authenticator app is needed too. */
  needsCode: z.boolean(),
  /** The role from which on a second factor must be set up first; null if nothing is missing. */
  needsCodeFrom: z.enum(ROLES).nullable(),
  /** Whether a second factor is set up. */
  hasCode: z.boolean(),
  /** Whether the session was opened at the identity provider. */
  isFromProvider: z.boolean(),
  /** Minutes without use after which the session ends; null if only its age ends it. */
  idleMinutes: z.int().nullable(),
  /** Whether passwords are sent here without encryption, over a network. */
  isPlain: z.boolean(),
  /** What the identity provider is called; null if there is none. */
  provider: z.string().nullable(),
});

/** A user. */
export const user = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(ROLES),
  createdAt: moment,
  isDisabled: z.boolean(),
  /** What the identity provider calls this user; null if there is nothing. */
  identity: z.string().nullable(),
  /** Whether a second factor is set up. */
  hasCode: z.boolean(),
});

/** A token, as it is listed; the secret is shown once, when it is made. */
export const token = z.object({
  id: z.uuid(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  createdAt: moment,
  expiresAt: moment,
  lastUsedAt: moment.nullable(),
});

/** Any error. */
export const fault = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
});
