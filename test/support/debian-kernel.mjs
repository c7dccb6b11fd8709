// A kernel of Debian as its package has it: thousands of .ko.xz and a vmlinuz.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, run } from "./shared.mjs";

/**
 * Its modules, vmlinuz and how many modules they are: from the unpacked package that `BTFX_DEBIAN_KERNEL` names, else
 * fetched once with apt. Undefined where neither is, or its modules are not compressed (Debian 12's), which is told.
 */
export function debianKernel() {
  const folder = process.env.BTFX_DEBIAN_KERNEL ?? join(cache, "debian-kernel");
  if (!existsSync(folder) && !fetchInto(folder)) {
    console.error("no package of a Debian kernel: BTFX_DEBIAN_KERNEL names one that is unpacked");
    return undefined;
  }
  const parent = [join(folder, "usr/lib/modules"), join(folder, "lib/modules")].find(existsSync);
  const modules = join(parent, readdirSync(parent)[0]);
  const vmlinuz = readdirSync(join(folder, "boot")).find((name) => name.startsWith("vmlinuz"));
  const count = readdirSync(modules, { recursive: true }).filter((name) => name.endsWith(".ko.xz")).length;
  if (count === 0) {
    console.error(
      `${modules} has no .ko.xz: BTFX_DEBIAN_KERNEL names a package whose modules are compressed`,
    );
    return undefined;
  }
  return { modules, vmlinuz: join(folder, "boot", vmlinuz), count };
}

function fetchInto(folder) {
  const depends = spawnSync("apt-cache", ["depends", "linux-image-amd64"], { encoding: "utf8" }).stdout ?? "";
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) return false;
  console.error(`fetching ${name} …`);
  const part = `${folder}.part-${process.pid}`;
  mkdirSync(part, { recursive: true });
  run("apt-get", ["download", name], { cwd: part });
  const [file] = readdirSync(part);
  run("dpkg-deb", ["-x", file, "."], { cwd: part });
  rmSync(join(part, file));
  renameSync(part, folder);
  return true;
}
