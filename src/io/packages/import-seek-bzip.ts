/// <reference path="./seek-bzip.d.ts" />

// This folder has all `import()` of packages: code from the cache (`cli/code-cache`) cannot do it on Node 20, so the
// build puts these files into the one that is never cached.

export const importSeekBzip = (): Promise<typeof import("seek-bzip")> => import("seek-bzip");
