/** Control characters, characters that change the direction of text, and lone surrogates. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]/gu;

/**
 * Makes text of any origin (paths, messages of the system) safe for a terminal by escaping control characters. Bytes of
 * names that are not UTF-8 become `\xff` (`io/file-names`).
 */
export function safe(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    return isByte(code) ? `\\x${hex(code & 0xff)}` : `\\u${hex(code).padStart(4, "0")}`;
  });
}

/** Whether a character is a lone surrogate that represents a byte of a file's name. */
function isByte(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

function hex(code: number): string {
  return code.toString(16);
}
