import { sql } from "drizzle-orm";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { cells } from "../store/schema.ts";
import { READ } from "./access.ts";
import type { App, Laboratory } from "./laboratory.ts";

/** Whether it runs, whether it can work, and its figures for Prometheus. */
export function addHealth(app: App, { store, work }: Laboratory): void {
  const schema = { hide: true };
  app.get("/healthz", { config: { access: "all" }, schema }, async () => ({ status: "ok" }));
  // A database that is gone is told by its error: 503.
  app.get("/readyz", { config: { access: "all" }, schema }, async () => {
    await store.database.ping();
    return { status: "ready" };
  });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "leukogram_" });
  const seconds = new Histogram({
    name: "leukogram_http_request_seconds",
    help: "Duration of requests in seconds, by route",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30],
    registers: [registry],
  });
  new Gauge({
    name: "leukogram_cells",
    help: "Cells by status",
    labelNames: ["status"],
    registers: [registry],
    async collect() {
      const rows = await store.database.queries
        .select({ status: cells.status, count: sql<number>`count(*)`.mapWith(Number) })
        .from(cells)
        .groupBy(cells.status);
      for (const status of ["waiting", "classified", "bad"])
        this.set({ status }, rows.find((row) => row.status === status)?.count ?? 0);
    },
  });
  app.addHook("onResponse", async ({ method, routeOptions }, reply) => {
    const route = routeOptions.url ?? "none";
    seconds.observe({ method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
  const all = Registry.merge([registry, work.registry]);
  app.get("/metrics", { config: { access: READ }, schema }, async (_, reply) =>
    reply.type(all.contentType).send(await all.metrics()),
  );
}
