import { type ErrorCode, LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";

/** The status of each error that a client can mend; others are faults of ours. */
const STATUS: Partial<Readonly<Record<ErrorCode, number>>> = {
  ERR_USAGE: 400,
  ERR_CONFIG: 400,
  ERR_SHAPE: 400,
  ERR_DTYPE: 400,
  ERR_SIGN_IN: 401,
  ERR_DENIED: 403,
  ERR_NOT_FOUND: 404,
  ERR_METHOD: 405,
  ERR_CONFLICT: 409,
  ERR_LIMIT: 413,
  ERR_DATA: 422,
  ERR_IMAGE: 422,
  ERR_FORMAT: 422,
  ERR_KEY: 422,
  ERR_ABORTED: 503,
  ERR_DATABASE: 503,
  ERR_OUTPUT: 507,
};

/** What statuses that Fastify itself gives are called. */
const CODES: Readonly<Record<number, ErrorCode>> = { 404: "ERR_NOT_FOUND", 413: "ERR_LIMIT", 429: "ERR_LIMIT" };

/** Answers an error as `{ error: { code, message, hint } }`: never a stack, and nothing of what went wrong inside. */
export function answerError(error: FastifyError | LeukogramError, request: FastifyRequest, reply: FastifyReply) {
  const { status, ...told } = explainError(error);
  if (status >= 500) request.log.error({ err: loggable(error) }, "a request failed");
  if (status === 503) reply.header("retry-after", "2");
  return reply.code(status).send({ error: told });
}

/** An error as it may be logged: without the values of a query, which may be anything. */
export function loggable(error: unknown): unknown {
  const isOfQuery = error instanceof Error && "query" in error && "params" in error;
  if (isOfQuery) return loggable(error.cause);
  if (!(error instanceof LeukogramError) || error.cause === undefined) return error;
  return new LeukogramError(error.code, error.reason, { cause: loggable(error.cause) });
}

/** An error as a client is told of it: its status, and nothing of what went wrong inside. */
export function explainError(error: FastifyError | LeukogramError) {
  if (error instanceof LeukogramError) {
    const status = STATUS[error.code];
    if (status !== undefined)
      return { status, code: error.code, message: error.reason.replace(/\.$/, ""), hint: error.hint };
  } else if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    const where = `${error.validationContext ?? "request"}${first!.instancePath.replaceAll("/", ".")}`;
    return { status: 400, code: "ERR_USAGE", message: `${where}: ${first!.message ?? "is not valid"}` };
  } else if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return {
      status: error.statusCode,
      code: CODES[error.statusCode] ?? "ERR_USAGE",
      // Of an address that is too long, the message repeats it.
      message: error.statusCode === 414 ? "the address is too long" : error.message.replace(/\s+/g, " "),
    };
  return {
    status: 500,
    code: "ERR_BUG",
    message: "the server failed",
    hint: "This is a bug in Leukogram; see the server's log.",
  };
}
