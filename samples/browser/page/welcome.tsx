/** What is shown while no file is open: what the page is for, and what to do. */
export function Welcome({
  reading,
  onPick,
  onExample,
}: {
  readonly reading: string | undefined;
  readonly onPick: () => void;
  readonly onExample: () => void;
}) {
  return (
    <main id="main" class="welcome" tabIndex={-1}>
      <h1>The types of a kernel, as they lie in memory</h1>
      <p class="lead">
        Open a kernel or a module and see every struct with its offsets, holes and cachelines, who holds it
        and who points to it. Open two kernels and see what changed, and which modules fit.
      </p>
      <div class="target">
        {reading === undefined ? (
          <>
            <p>
              <b>Drop files here</b>
            </p>
            <div class="actions">
              <button class="button main-action" type="button" onClick={onPick}>
                Choose files
              </button>
              <button class="button" type="button" onClick={onExample}>
                Try an example
              </button>
            </div>
          </>
        ) : (
          <p>
            Reading <b>{reading}</b>…
          </p>
        )}
      </div>
      <dl class="what">
        <div>
          <dt>A kernel</dt>
          <dd>
            <code>/sys/kernel/btf/vmlinux</code>, a <code>vmlinux</code>, or a <code>vmlinuz</code> as it
            boots
          </dd>
        </div>
        <div>
          <dt>Modules</dt>
          <dd>
            <code>.ko</code>, also <code>.xz</code>, <code>.zst</code>, <code>.gz</code>, beside the kernel
            that they were built for
          </dd>
        </div>
        <div>
          <dt>Raw BTF, BPF objects</dt>
          <dd>what a file is, is told by its content</dd>
        </div>
      </dl>
      <p class="soft private">
        Your files stay on this machine: the page's own policy lets it load and send nothing. It works
        offline, from disk.
      </p>
    </main>
  );
}
