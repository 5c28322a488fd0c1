import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { VERSION } from "../core/version.ts";
import { COOKIE, openToAll } from "./access.ts";
import { API } from "./contract/routes.ts";
import { fault } from "./contract/work.ts";
import type { App } from "./laboratory.ts";

/** Describes all routes that are added afterwards, and shows the description at /api/docs, from this server alone. */
export async function addOpenApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Leukogram",
        version: VERSION,
        description:
          "Cases, cells, labels, differential counts and signatures. Changes carry an Idempotency-Key. Research use only; not a medical device.",
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
      const response = { ...(input.schema?.response as object | undefined), "4xx": fault, "5xx": fault };
      const { schema, url } = jsonSchemaTransform({ ...input, schema: { ...input.schema, response } });
      const access = config?.access;
      return {
        url,
        schema: {
          ...schema,
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
  await app.register(async (part) => {
    openToAll(part as unknown as App);
    await part.register(swaggerUi, { routePrefix: "/api/docs" });
  });
  app.get(`${API}/openapi.json`, { config: { access: "all" }, schema: { hide: true } }, async () => app.swagger());
}
