/** Of `node:tty`, what chalk asks at its start to choose a level of colour: `cli/style` says which, so nobody needs the answer. */
const tty: { isatty(): boolean } = { isatty: () => false };
export default tty;
