/** Stable codes of the errors that Leukogram raises on purpose. */
export type ErrorCode =
  | "ERR_USAGE"
  | "ERR_CONFIG"
  | "ERR_SHAPE"
  | "ERR_DTYPE"
  | "ERR_DATA"
  | "ERR_IMAGE"
  | "ERR_FORMAT"
  | "ERR_WEIGHTS"
  | "ERR_RUNTIME"
  | "ERR_DIVERGED"
  | "ERR_OUTPUT"
  | "ERR_ABORTED"
  /** Of the laboratory's app: who asks is not known, may not, or asks for what is not there. */
  | "ERR_SIGN_IN"
  | "ERR_DENIED"
  | "ERR_NOT_FOUND"
  | "ERR_METHOD"
  /** What is asked for does not go with what holds now. */
  | "ERR_CONFLICT"
  /** An idempotency key was used for something else. */
  | "ERR_KEY"
  /** Too large, too many, too often. */
  | "ERR_LIMIT"
  /** The database can't be reached. */
  | "ERR_DATABASE";

/** A message may be so long; what names and values of a file bring beyond that is left out in the middle. */
const LONGEST = 1500;

// Names of files and layers may hold what would move a terminal's cursor, or look like a second message.
function oneLine(text: string): string {
  const half = LONGEST / 2;
  const short = text.length > LONGEST ? `${text.slice(0, half)} ... ${text.slice(-half)}` : text;
  return short.replace(/[\p{Cc}\u2028\u2029]/gu, (sign) =>
    JSON.stringify(sign)
      .slice(1, -1)
      .replace(/^[^\\]$/, escaped),
  );
}

const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Options of {@link LeukogramError}. */
export interface LeukogramErrorOptions {
  /** How to mend it: one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

const BRAND = Symbol.for("leukogram.error");

/**
 * An error that the user can mend: what, where, and how to mend it, in one line.
 *
 * The message reads `ERR_SHAPE softmax: expected [N, K], received [5]. Reshape one example to [1, K].`
 */
export class LeukogramError extends Error {
  /** Any copy of this class made it: a program and what it loads may each bring one. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore-start lint/complexity/noThisInStatic: a class made on this one has instances of its own
    const isOwn = Function.prototype[Symbol.hasInstance].call(this, value);
    return isOwn || (this === LeukogramError && value instanceof Error && BRAND in value);
    // biome-ignore-end lint/complexity/noThisInStatic: as above
  }

  readonly [BRAND] = true;
  override readonly name = "LeukogramError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, { hint, cause }: LeukogramErrorOptions = {}) {
    const told = oneLine(message);
    super(hint === undefined ? `${code} ${told}` : `${code} ${told.replace(/\.?$/, ".")} ${hint}`, { cause });
    this.code = code;
    this.hint = hint;
  }

  /** What is wrong: the message without code and hint. */
  get reason(): string {
    return this.message.slice(this.code.length + 1, this.message.length - (this.hint ?? "").length).trim();
  }

  /** 2 for wrong usage, 3 for bad data or model files, 130 for an interrupted run. */
  get exitCode(): number {
    if (this.code === "ERR_USAGE" || this.code === "ERR_CONFIG") return 2;
    return this.code === "ERR_ABORTED" ? 130 : 3;
  }
}
