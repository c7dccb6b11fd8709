import { useEffect, useState } from "preact/hooks";
import type { FileSummary } from "../shared/model.ts";

/** The parts of a type's page. */
export const TYPE_TABS = ["layout", "users", "text", "changes"] as const;
export type TypeTab = (typeof TYPE_TABS)[number];

/**
 * What is shown: it stands behind the `#` of the address, so that the browser's Back goes back. Keys are those of
 * files.
 */
export type Route =
  | { readonly page: "start" }
  | { readonly page: "file"; readonly key: number; readonly isAbout: boolean }
  | { readonly page: "type"; readonly key: number; readonly id: number; readonly tab: TypeTab }
  | { readonly page: "fits" }
  | { readonly page: "changes"; readonly old: number; readonly next: number };

/** The address of a route. */
export function hrefOf(route: Route): string {
  switch (route.page) {
    case "start":
      return "#/";
    case "file":
      return `#/${route.key}${route.isAbout ? "/about" : ""}`;
    case "type":
      return `#/${route.key}/type/${route.id}${route.tab === "layout" ? "" : `/${route.tab}`}`;
    case "fits":
      return "#/fits";
    case "changes":
      return `#/changes/${route.old}/${route.next}`;
  }
}

/** What changed between two kernels: from the older release to the newer, else from what was opened first. */
export function changesBetween(a: FileSummary, b: FileSummary): Route & { page: "changes" } {
  const [old, next] = isOlder(b, a) ? [b, a] : [a, b];
  return { page: "changes", old: old.key, next: next.key };
}

/**
 * Whether a kernel is older than another, by the releases that they or their names say; where these do not tell, by
 * what was opened first.
 */
export function isOlder(a: FileSummary, b: FileSummary): boolean {
  const order = versionOf(a).localeCompare(versionOf(b), "en", { numeric: true });
  return versionOf(a) === "" || versionOf(b) === "" || order === 0 ? a.key < b.key : order < 0;
}

/** `6.12.117`, of `vmlinux-6.12.117.btf` too. */
function versionOf({ release, name }: FileSummary): string {
  return /\d+\.\d+(\.\d+)*(-\d+)?/.exec(release ?? name)?.[0] ?? "";
}

/** The address of a type's page. */
export function typeHref(key: number, id: number, tab: TypeTab = "layout"): string {
  return hrefOf({ page: "type", key, id, tab });
}

export function goTo(href: string): void {
  location.hash = href;
}

/** The route of an address; the start for one that is none. */
export function routeOf(hash: string): Route {
  const [first = "", second, third, fourth] = hash.replace(/^#\/?/, "").split("/");
  if (first === "fits") return { page: "fits" };
  if (first === "changes") return { page: "changes", old: Number(second), next: Number(third) };
  const key = Number(first);
  if (!Number.isInteger(key) || key < 1) return { page: "start" };
  if (second !== "type") return { page: "file", key, isAbout: second === "about" };
  const tab = TYPE_TABS.find((each) => each === fourth) ?? "layout";
  return { page: "type", key, id: Number(third), tab };
}

/** The route now, and whenever the address changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}
