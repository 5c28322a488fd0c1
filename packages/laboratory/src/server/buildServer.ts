import cookie from "@fastify/cookie";
import multipart from "@fastify/multipart";
import fastify, { type FastifyServerOptions } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { addAccess } from "./access.ts";
import { answerError } from "./errors.ts";
import { Attempts } from "./guard/attempts.ts";
import { addGuards } from "./guard/guards.ts";
import { readTls, type TlsFiles } from "./guard/tls.ts";
import { addHealth } from "./health.ts";
import { knownMethods } from "./knownMethods.ts";
import type { App, Laboratory } from "./laboratory.ts";
import { addOpenApi } from "./openapi.ts";
import { addOwnAccessRoutes } from "./routes/access/ownAccess.ts";
import { addProviderRoutes } from "./routes/access/provider.ts";
import { addSessionRoutes } from "./routes/access/session.ts";
import { addUserRoutes } from "./routes/access/users.ts";
import { addCaseRoutes } from "./routes/cases.ts";
import { addCellRoutes } from "./routes/cells.ts";
import { addConnectionRoutes } from "./routes/connections.ts";
import { addDeliveryRoutes } from "./routes/deliveries.ts";
import { addEventRoutes } from "./routes/events.ts";
import { addFigureRoutes } from "./routes/figures.ts";
import { addInferenceRoutes } from "./routes/inference.ts";
import { addLabelRoutes } from "./routes/labels.ts";
import { addLookingRoutes } from "./routes/looking.ts";
import { addModelRoutes } from "./routes/models.ts";
import { addMovingRoutes } from "./routes/moving.ts";
import { addOrderRoutes } from "./routes/orders.ts";
import { addPictureRoutes } from "./routes/pictures.ts";
import { addRangeRoutes } from "./routes/ranges.ts";
import { addReaderRoutes } from "./routes/readers.ts";
import { addReportingRoutes } from "./routes/reporting.ts";
import { addReportRoutes } from "./routes/reports.ts";
import { addRuleRoutes } from "./routes/rules.ts";
import { addRunRoutes } from "./routes/runs.ts";
import { addScaleRoutes } from "./routes/scale.ts";
import { addSigningRoutes } from "./routes/signing.ts";
import { addTrailRoutes } from "./routes/trail.ts";
import { addUploadRoutes } from "./routes/uploads.ts";
import { addWebApp, findWebApp } from "./staticApp.ts";

/** Options of {@link buildServer}. */
export interface ServerOptions extends Omit<Laboratory, "attempts"> {
  /** What is logged, and where to; nothing by default. */
  readonly logger?: FastifyServerOptions["logger"];
  /** Folder of the built web app; found by itself if left out. */
  readonly webApp?: string | undefined;
  /** Names by which it is known, beside its addresses and localhost. */
  readonly hosts?: readonly string[] | undefined;
  /** Whether a proxy stands before it, and what that one says in X-Forwarded headers is true; never by default. */
  readonly isBehindProxy?: boolean | undefined;
  /** Files by which it speaks TLS; HTTP without them. */
  readonly tls?: TlsFiles | undefined;
}

/** The server, ready to listen. It closes neither the store nor the queue. */
export async function buildServer(given: ServerOptions): Promise<App> {
  const attempts = new Attempts(given.store, given.limits.failures);
  const options = { ...given, attempts };
  const server = fastify({
    // Its type would say that a server of TLS is another kind; all that is asked of it here is the same.
    ...(options.tls && ({ https: readTls(options.tls) } as object)),
    logger: options.logger ?? false,
    bodyLimit: 1e6,
    // One hop alone: what a client itself sends in these headers stands before it.
    trustProxy: options.isBehindProxy ? (_, hop) => hop === 0 : false,
    // Names of models may be long, and longer where they are encoded; what is too long is told by the route.
    routerOptions: { maxParamLength: 10_000 },
    forceCloseConnections: "idle",
    frameworkErrors: answerError,
  });
  const app = server.withTypeProvider<ZodTypeProvider>() as unknown as App;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  await addGuards(app, { hosts: options.hosts ?? [] });
  await app.register(cookie);
  await app.register(multipart, { preservePath: true });
  addAccess(app, options);
  const methodsOf = knownMethods(app);
  await addOpenApi(app);
  addHealth(app, options);
  app.addHook("onClose", () => attempts.close());
  addSessionRoutes(app, options);
  addProviderRoutes(app, options);
  addOwnAccessRoutes(app, options);
  addCaseRoutes(app, options);
  addUploadRoutes(app, options);
  addCellRoutes(app, options);
  addMovingRoutes(app, options);
  addPictureRoutes(app, options);
  addEventRoutes(app, options);
  addFigureRoutes(app, options);
  addReaderRoutes(app, options);
  addSigningRoutes(app, options);
  addReportRoutes(app, options);
  addTrailRoutes(app, options);
  addUserRoutes(app, options);
  addModelRoutes(app, options);
  addScaleRoutes(app, options);
  addRuleRoutes(app, options);
  addLabelRoutes(app, options);
  addRangeRoutes(app, options);
  addReportingRoutes(app, options);
  addOrderRoutes(app, options);
  addConnectionRoutes(app, options);
  addDeliveryRoutes(app, options);
  addRunRoutes(app, options);
  addLookingRoutes(app, options);
  await addInferenceRoutes(app, options);
  await addWebApp(app, options.webApp ?? findWebApp(), methodsOf);
  await app.ready();
  return app;
}
