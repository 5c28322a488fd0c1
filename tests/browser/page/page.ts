// Hands the library to the tests, which say in `page.evaluate` what is to be done with it.
import * as library from "leukogram/browser";

declare global {
  var leukogram: typeof import("leukogram/browser");
}

globalThis.leukogram = library;
