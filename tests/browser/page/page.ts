// Hands the library to the tests, which say in `page.evaluate` what is to be done with it.
import * as library from "../../../src/browser.ts";

declare global {
  var leukogram: typeof import("../../../src/browser.ts");
}

globalThis.leukogram = library;
