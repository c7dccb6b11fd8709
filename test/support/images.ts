/** Boot images around a kernel, as small as the formats allow. */

/** `arch/x86/boot/header.S`: two sectors of setup, then a stub, then the payload. */
export function bzImage(payload: Uint8Array, protocol = 0x20f): Uint8Array {
  const at = 3 * 512 + 100;
  const image = frame(at, payload, 16);
  const view = new DataView(image.buffer);
  image[0x1f1] = 2;
  put(image, 0x202, "HdrS");
  view.setUint16(0x206, protocol, true);
  view.setUint32(0x248, 100, true);
  view.setUint32(0x24c, payload.length, true);
  return image;
}

/** `zboot-header.S`. */
export function zboot(payload: Uint8Array): Uint8Array {
  const image = frame(0x1000, payload, 64);
  put(image, 0, "MZ");
  put(image, 4, "zimg");
  const view = new DataView(image.buffer);
  view.setUint32(8, 0x1000, true);
  view.setUint32(12, payload.length, true);
  return image;
}

/** A bare kernel with its magic at an offset: an `Image` of arm64 or riscv. */
export function flatImage(magicAt: number, magic: string, contents: Uint8Array): Uint8Array {
  const image = frame(0x200, contents, 8);
  put(image, 0, "MZ");
  put(image, magicAt, magic);
  return image;
}

/** What of arm and s390 does not say where its kernel is: a mark, a program, the compressed kernel, more. */
export function stub(markAt: number, mark: string, payload: Uint8Array): Uint8Array {
  const program = new Uint8Array(markAt + 300);
  put(program, markAt, mark);
  // What looks like the beginning of compressed data is to be expected in a program.
  put(program, markAt + 100, "\x1f\x8b\x08\0");
  put(program, markAt + 200, "\xfd7zXZ\0");
  return Uint8Array.from([...program, ...payload, ...new Uint8Array(40)]);
}

/** A PE program with sections, as systemd's ukify makes a unified kernel image. */
export function pe(sections: Readonly<Record<string, Uint8Array>>, machine = 0x8664): Uint8Array {
  const header = 0x80;
  const table = header + 24 + 112;
  const entries = Object.entries(sections);
  let at = (table + entries.length * 40 + 511) & ~511;
  const image = new Uint8Array(at + entries.reduce((sum, [, data]) => sum + ((data.length + 511) & ~511), 0));
  const view = new DataView(image.buffer);
  put(image, 0, "MZ");
  view.setUint32(0x3c, header, true);
  put(image, header, "PE\0\0");
  view.setUint16(header + 4, machine, true);
  view.setUint16(header + 6, entries.length, true);
  view.setUint16(header + 20, 112, true);
  for (const [i, [name, data]] of entries.entries()) {
    const row = table + i * 40;
    put(image, row, name);
    view.setUint32(row + 8, data.length, true);
    view.setUint32(row + 16, (data.length + 511) & ~511, true);
    view.setUint32(row + 20, at, true);
    image.set(data, at);
    at += (data.length + 511) & ~511;
  }
  return image;
}

/** `bootimg.h`, version 4 or 2, or an image in which a device tree's size is in place of the version. */
export function androidBoot(kernel: Uint8Array, version: number): Uint8Array {
  const isNew = version === 3 || version === 4;
  const image = frame(isNew ? 4096 : 2048, kernel, 100);
  put(image, 0, "ANDROID!");
  const view = new DataView(image.buffer);
  view.setUint32(8, kernel.length, true);
  if (!isNew) view.setUint32(36, 2048, true);
  view.setUint32(40, version, true);
  return image;
}

/** What `mkimage` makes (`struct legacy_img_hdr`), of one image or of several. */
export function uImage(...contents: readonly Uint8Array[]): Uint8Array {
  const sizes = contents.length === 1 ? [] : [...contents.map(({ length }) => length), 0];
  const parts = contents.flatMap((part) => [...part, ...new Uint8Array(-part.length & 3)]);
  const image = frame(64 + sizes.length * 4, Uint8Array.from(parts), 0);
  const view = new DataView(image.buffer);
  view.setUint32(0, 0x27051956);
  view.setUint32(12, contents.length === 1 ? contents[0].length : image.length - 64);
  image[30] = contents.length === 1 ? 2 : 4;
  for (const [i, size] of sizes.entries()) view.setUint32(64 + i * 4, size);
  return image;
}

function frame(before: number, contents: Uint8Array, after: number): Uint8Array {
  const bytes = new Uint8Array(before + contents.length + after);
  bytes.set(contents, before);
  return bytes;
}

function put(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}
