/** Version of this package; a test holds it to package.json, which is not read at start for the time that takes. */
export const VERSION = "0.1.0";
