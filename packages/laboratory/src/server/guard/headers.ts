import type { FastifyHelmetOptions } from "@fastify/helmet";

/**
 * Headers of every answer. Scripts and styles come from this server alone, none inline; WebAssembly may be compiled, and
 * pages are isolated, so that private mode has threads.
 */
export const HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "blob:"],
      connectSrc: ["'self'"],
      workerSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  crossOriginEmbedderPolicy: { policy: "require-corp" },
  // The server speaks HTTP; what stands before it and speaks HTTPS says so itself.
  strictTransportSecurity: false,
};
