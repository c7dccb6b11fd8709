/**
 * Files beside raw BTF that belong to it, under the names that resolve_btfids uses. Undefined for a file that does not
 * exist.
 */
export interface FilesBeside {
  /** NAME.BTF.base, the distilled base, which may be compressed in the same way. */
  readonly distilledBase: string | undefined;
  /** NAME.BTF_ids. */
  readonly ids: string | undefined;
}

/**
 * Finds the files beside raw BTF. `isThere` says which files exist: the function of `file-names`, or one that knows the
 * directory.
 */
export function filesBeside(path: string, isThere: (path: string) => boolean): FilesBeside {
  const packed = /\.(gz|xz|zst)$/.exec(path)?.[0] ?? "";
  const plain = path.slice(0, path.length - packed.length);
  const bases = packed === "" ? [`${plain}.base`] : [`${plain}.base${packed}`, `${plain}.base`];
  const ids = `${path.replace(/\.(BTF|btf)$/, "")}.BTF_ids`;
  return { distilledBase: bases.find(isThere), ids: isThere(ids) ? ids : undefined };
}
