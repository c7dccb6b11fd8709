import { useCallback, useEffect, useErrorBoundary, useRef, useState } from "preact/hooks";
import type { FileSummary } from "../shared/model.ts";
import { ChangesPage } from "./changes-page.tsx";
import { Page, stateOf } from "./context.ts";
import type { Engine } from "./engine.ts";
import { ErrorCard } from "./error-card.tsx";
import { exampleFiles } from "./example.ts";
import { FilePage } from "./file-page.tsx";
import { FitsPage } from "./fits-page.tsx";
import { Header } from "./header.tsx";
import { goTo, hrefOf, type Route, useRoute } from "./route.ts";
import { SearchPanel, type TypeSearch } from "./search-panel.tsx";
import { ShortcutsDialog } from "./shortcuts.tsx";
import { TypePage } from "./type-page.tsx";
import { useDrop } from "./use-drop.ts";
import { useKeys } from "./use-keys.ts";
import { Welcome } from "./welcome.tsx";

/** The page: files above, types to the left, what was chosen to the right. */
export function App({ engine: { workspace: engine, ended } }: { readonly engine: Engine }) {
  const [files, setFiles] = useState<readonly FileSummary[]>([]);
  const [reading, setReading] = useState<string | undefined>(undefined);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [isHex, setHex] = useState(false);
  const [search, setSearch] = useState<TypeSearch>({ query: "", filter: 0 });
  const route = useRoute();
  const picker = useRef<HTMLInputElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    ended.then(setFault);
  }, [ended]);

  const open = useCallback(
    async (chosen: readonly File[]) => {
      // Kernels first: modules are split on them.
      const ordered = chosen.toSorted((a, b) => Number(isModuleName(a.name)) - Number(isModuleName(b.name)));
      try {
        for (const file of ordered) {
          setReading(file.name);
          const opened = await engine.open(file);
          setFiles(opened);
          if (routeFile(location.hash) === undefined && opened.length > 0) {
            goTo(hrefOf({ page: "file", key: opened[opened.length - 1].key, isAbout: false }));
          }
        }
      } catch (error) {
        setFault(String(error));
      } finally {
        setReading(undefined);
      }
    },
    [engine],
  );
  const close = useCallback(
    async (key: number) => {
      const left = await engine.close(key);
      setFiles(left);
      goTo(left.length === 0 ? "#/" : hrefOf({ page: "file", key: left[0].key, isAbout: false }));
    },
    [engine],
  );
  const isDropping = useDrop(open);
  const pick = useCallback(() => picker.current?.click(), []);
  useKeys({ pick, help: () => dialog.current?.showModal() });
  useEffect(() => {
    if (files.length === 0 && location.hash !== "" && location.hash !== "#/") goTo("#/");
  }, [files.length]);

  const current = currentFile(route, files);
  const title = titleOf(route, current);
  useEffect(() => {
    if (title !== undefined) document.title = title;
  }, [title]);
  const choose = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    open([...(input.files ?? [])]);
    input.value = "";
  };
  return (
    <Page.Provider value={{ engine, files, isHex, setHex }}>
      <input ref={picker} hidden id="picker" type="file" multiple onChange={choose} />
      <Header
        current={current}
        route={route}
        onPick={pick}
        onClose={close}
        onHelp={() => dialog.current?.showModal()}
      />
      <div class="progress" data-busy={reading !== undefined} aria-hidden="true" />
      <p class="hidden" role="status">
        {reading === undefined ? "" : `Reading ${reading}`}
      </p>
      {fault !== undefined ? (
        <main id="main" class="main" tabIndex={-1}>
          <Fault message={fault} />
        </main>
      ) : files.length === 0 ? (
        <Welcome reading={reading} onPick={pick} onExample={() => open(exampleFiles())} />
      ) : (
        <div class="work" data-page={route.page} data-about={route.page === "file" && route.isAbout}>
          {current !== undefined && (
            <SearchPanel
              key={stateOf(current)}
              file={current}
              route={route}
              search={search}
              setSearch={setSearch}
            />
          )}
          <main id="main" class="main" tabIndex={-1}>
            <Main route={route} current={current} reading={reading} />
          </main>
        </div>
      )}
      {isDropping && (
        <div class="drop" aria-hidden="true">
          <p>Drop to open</p>
        </div>
      )}
      <ShortcutsDialog dialog={dialog} />
    </Page.Provider>
  );
}

function Main({
  route,
  current,
  reading,
}: {
  readonly route: Route;
  readonly current: FileSummary | undefined;
  readonly reading: string | undefined;
}) {
  const [thrown] = useErrorBoundary();
  if (thrown !== undefined) return <Fault message={String(thrown)} />;
  if (route.page === "fits") return <FitsPage />;
  if (route.page === "changes") return <ChangesPage old={route.old} next={route.next} />;
  if (current === undefined) {
    return <p class="soft">{reading === undefined ? "This file is not open." : "Reading…"}</p>;
  }
  if (route.page === "type") {
    return <TypePage key={stateOf(current)} file={current} id={route.id} tab={route.tab} />;
  }
  return <FilePage file={current} />;
}

/** What is not to happen: a fault of the page, or no memory left for its worker. */
function Fault({ message }: { readonly message: string }) {
  const hint = "reload the page; please report this, with the file if it may be shown";
  return <ErrorCard error={{ code: "bug", message, at: {}, hint }} />;
}

/** The file that is worked on: the one of the route, else the first that can be read. */
function currentFile(route: Route, files: readonly FileSummary[]): FileSummary | undefined {
  if (route.page === "file" || route.page === "type") return files.find(({ key }) => key === route.key);
  if (route.page === "changes") return files.find(({ key }) => key === route.next);
  return files.find(({ form }) => form !== "unreadable");
}

function routeFile(hash: string): string | undefined {
  return /^#\/(\d+|fits|changes)/.exec(hash)?.[1];
}

/** The title of the window; undefined for a type, which has its own. */
function titleOf(route: Route, current: FileSummary | undefined): string | undefined {
  if (route.page === "type") return undefined;
  if (route.page === "fits") return "Which modules fit? · btfx";
  if (route.page === "changes") return "What changed? · btfx";
  return current === undefined ? "btfx: kernel types in the browser" : `${current.name} · btfx`;
}

function isModuleName(name: string): boolean {
  return /\.ko(\.|$)/.test(name);
}
