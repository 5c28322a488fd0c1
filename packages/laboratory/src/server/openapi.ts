import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { VERSION } from "../version.ts";
import { COOKIE, openToAll } from "./access.ts";
import { API, SUMMARIES } from "./contract/routes.ts";
import { fault } from "./contract/work.ts";
import type { App } from "./laboratory.ts";

// What a route gives that the contract does not describe; its errors are as everywhere.
function fileResponses(produces: readonly string[]) {
  const schemaOf = (type: string) =>
    type.endsWith("json") ? { type: "object" } : { type: "string", format: "binary" };
  const content = Object.fromEntries(produces.map((type) => [type, { schema: schemaOf(type) }]));
  return {
    200: { description: "The body", content },
    304: { description: "Not modified: it has the ETag of If-None-Match", type: "null" },
  };
}

/** Describes all routes that are added afterwards, and shows the description at /api/docs, from this server alone. */
export async function addOpenApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Leukogram",
        version: VERSION,
        description:
          "Cases, cells, labels, differential counts and signatures. Changes need an Idempotency-Key. Research use only; not a medical device.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" } as { name: string },
      },
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer" },
          cookie: { type: "apiKey", in: "cookie", name: COOKIE },
          csrf: { type: "apiKey", in: "header", name: "X-CSRF-Token" },
        },
      },
    },
    transform: (input) => {
      const { config } = input.route;
      const { produces, ...given } = input.schema ?? {};
      const response = { ...(given.response as object | undefined), "4xx": fault, "5xx": fault };
      const { schema, url } = jsonSchemaTransform({ ...input, schema: { ...given, response } });
      if (produces !== undefined)
        Object.assign((schema as { response?: object }).response ?? {}, fileResponses(produces));
      const access = config?.access;
      const summary = SUMMARIES[`${input.route.method} ${url.replaceAll(/\(.*?\)/g, "")}`];
      if (summary === undefined && schema.hide !== true)
        throw new Error(`${input.route.method} ${url} does not say what it does`);
      return {
        url,
        schema: {
          ...schema,
          ...(summary !== undefined && { summary }),
          ...(access !== undefined &&
            access !== "all" && {
              security: [{ token: [] }, { cookie: [], csrf: [] }],
              description: `Role ${access.role}; ${access.scope === "none" ? "no token" : `scope ${access.scope}`}.`,
            }),
          ...(config?.takesFiles && {
            body: {
              type: "object",
              properties: { files: { type: "array", items: { type: "string", format: "binary" } } },
            },
          }),
        },
      };
    },
  });
  // biome-ignore lint/nursery/noMisusedPromises: fastify awaits what a plugin promises
  await app.register(async (part) => {
    openToAll(part as unknown as App);
    // Its style sheets hold pictures as data, and it writes some styles into its page.
    const transformStaticCSP = (policy: string) =>
      policy.replace("img-src 'self'", "$& data:").replace("style-src 'self'", "$& 'unsafe-inline'");
    await part.register(swaggerUi, {
      routePrefix: "/api/docs",
      transformStaticCSP,
      theme: { title: "Leukogram: API" },
    });
  });
  app.get(`${API}/openapi.json`, { config: { access: "all" }, schema: { hide: true } }, async () => app.swagger());
}
