/**
 * Replaces `node:child_process` with nothing: commander would use it for subcommands that are programs of their own.
 */
export default {};
