/* What a module says of itself, and how it names types and functions for the kernel to find by their BTF ids. */
#ifndef MODULE_H
#define MODULE_H

/* In assembly, so that no array of char gets into the types. */
#define MODULE_INFO(text) __asm__(".pushsection .modinfo, \"a\"\n\t.asciz \"" text "\"\n.popsection\n")

#define MODULE(name)                      \
	MODULE_INFO("license=MIT");       \
	MODULE_INFO("name=" name);        \
	MODULE_INFO("vermagic=6.99.1-sample SMP mod_unload ")

/*
 * A set of kfuncs in .BTF_ids: count, flags, then pairs of id and flags. The symbols tell which words are ids; build.sh
 * fills them in, as resolve_btfids does for Linux.
 */
#define KFUNCS_BEGIN(set)                                       \
	__asm__(".pushsection .BTF_ids, \"a\"\n"                \
		"__BTF_ID__set8__" #set ":\n"                   \
		"\t.long 0\n"                                   \
		"\t.long 1\n"                                   \
		".popsection\n")
#define KFUNC(function, number, flags)                          \
	__asm__(".pushsection .BTF_ids, \"a\"\n"                \
		".type __BTF_ID__func__" #function "__" #number ", @object\n" \
		".size __BTF_ID__func__" #function "__" #number ", 4\n" \
		"__BTF_ID__func__" #function "__" #number ":\n" \
		"\t.long 0\n"                                   \
		"\t.long " #flags "\n"                          \
		".popsection\n")
#define KFUNCS_END(set)                                         \
	__asm__(".pushsection .BTF_ids, \"a\"\n"                \
		".size __BTF_ID__set8__" #set ", . - __BTF_ID__set8__" #set "\n" \
		".popsection\n")

#endif
