/** Replaces what chalk asks for a level of colour at its start: `cli/output/style` decides that instead. */
const supportsColor: { readonly stdout: false; readonly stderr: false } = { stdout: false, stderr: false };
export default supportsColor;
