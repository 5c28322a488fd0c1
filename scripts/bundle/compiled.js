// Bundles compiled modules of several packages for tests: `node scripts/bundle/compiled.js OUT MODULE...`
import { bundleInPlace } from "./bundle.js";
import { isApart } from "./server.js";

const [out, ...paths] = process.argv.slice(2);
await bundleInPlace(paths, out, isApart);
