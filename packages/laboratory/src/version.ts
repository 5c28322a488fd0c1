/** The version of this package, which is that of all three; a test holds it to package.json. */
export const VERSION = "0.1.0";
