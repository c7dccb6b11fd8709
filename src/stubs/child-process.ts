/** Of `node:child_process`, nothing: commander would use it for subcommands that are programs of their own. */
export default {};
