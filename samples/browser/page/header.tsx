import { useEffect, useRef } from "preact/hooks";
import type { FileSummary } from "../shared/model.ts";
import { usePage } from "./context.ts";
import { changesBetween, hrefOf, type Route } from "./route.ts";

const FORM_WORDS = { kernel: "kernel", module: "module", object: "BPF object", unreadable: "cannot be read" };

/** The name of the page, the files that are open, and what is asked of all of them. */
export function Header({
  current,
  route,
  onPick,
  onClose,
  onHelp,
}: {
  readonly current: FileSummary | undefined;
  readonly route: Route;
  readonly onPick: () => void;
  readonly onClose: (key: number) => void;
  readonly onHelp: () => void;
}) {
  const { files } = usePage();
  const kernels = files.filter(({ form, error }) => form === "kernel" && error === undefined);
  const hasModules = files.some(({ form }) => form === "module");
  const isOverall = route.page === "fits" || route.page === "changes";
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [route, files]);
  return (
    <header class="header">
      <button class="skip" type="button" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the type
      </button>
      <p class="brand">
        <svg viewBox="0 0 16 16" width="22" height="22" aria-hidden="true">
          <rect width="16" height="16" rx="3.5" class="brand-back" />
          <path d="M3 4h10v2H3zm0 3h6v2H3zm0 3h8v2H3z" class="brand-bars" />
        </svg>
        <b>btfx</b>
      </p>
      {files.length > 0 && (
        <nav ref={nav} class="nav" aria-label="Open files">
          <ul class="files">
            {files.map((file) => (
              <FileTab
                key={file.key}
                file={file}
                isCurrent={!isOverall && current?.key === file.key}
                onClose={onClose}
              />
            ))}
          </ul>
          <ul class="overall">
            {kernels.length > 0 && hasModules && (
              <li>
                <a href="#/fits" aria-current={route.page === "fits" ? "page" : undefined}>
                  Which fit?
                </a>
              </li>
            )}
            {kernels.length > 1 && (
              <li>
                <a
                  href={hrefOf(changesBetween(kernels[0], kernels[1]))}
                  aria-current={route.page === "changes" ? "page" : undefined}
                >
                  What changed?
                </a>
              </li>
            )}
          </ul>
        </nav>
      )}
      <div class="header-tools">
        <button class="button" type="button" onClick={onPick}>
          Open files
        </button>
        <button class="button quiet" type="button" aria-label="Keys" title="Keys (?)" onClick={onHelp}>
          ?
        </button>
      </div>
    </header>
  );
}

function FileTab({
  file,
  isCurrent,
  onClose,
}: {
  readonly file: FileSummary;
  readonly isCurrent: boolean;
  readonly onClose: (key: number) => void;
}) {
  const { key, name, error } = file;
  return (
    <li class="file-tab" data-error={error !== undefined} data-current={isCurrent}>
      <a
        href={hrefOf({ page: "file", key, isAbout: false })}
        aria-current={isCurrent ? "page" : undefined}
        title={name}
      >
        <span class="file-name">{name}</span>
        <span class="file-form">{formWords(file)}</span>
      </a>
      <button type="button" aria-label={`Close ${name}`} onClick={() => onClose(key)}>
        <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
          <path d="M1 1l8 8M9 1l-8 8" class="stroke" />
        </svg>
      </button>
    </li>
  );
}

/** What a file is, or why it says nothing yet: a module waits for its kernel. */
function formWords({ form, error }: FileSummary): string {
  if (error === undefined || form === "unreadable") return FORM_WORDS[form];
  return form === "module" ? "needs its kernel" : "damaged";
}
