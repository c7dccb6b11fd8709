/** Replaces `node:tty`: chalk asks it for a level of colour at its start, and `cli/style` decides that instead. */
const tty: { isatty(): boolean } = { isatty: () => false };
export default tty;
