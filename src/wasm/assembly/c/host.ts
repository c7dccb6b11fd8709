// What the code of C calls its host for. Text that it wrote is handed on before the host writes.

/** Tells that a type is of an unknown kind and was left out. */
export declare function leftOut(id: u32): void;

/** Writes the name at `off`, which is not one that can be copied, from the byte at `stop` on. */
export declare function escapeName(off: u32, stop: u32): void;
/** Writes the name at `off` inside a string literal, or as the words of an `__attribute__`. */
export declare function quotedName(off: u32): void;
export declare function attributeName(off: u32): void;
/** Writes the name at `off` and `___`, and which use of it this is, cut as libbpf does. */
export declare function cutName(off: u32, use: u32): void;

/** Lays the name that an INT or FLOAT has in C at `to`, and returns its length: 0 if it has its own name. */
export declare function baseName(id: u32, to: usize): u32;
/** Writes the typedef that the name of an INT or FLOAT needs, if it needs one and it is not written yet. */
export declare function defineBase(id: u32): void;

// Pahole's comments: before the members of a definition, between the lines of two members, where a member's line begins, behind the
// tabs of a line, behind a member's semicolon, and after the last member.
export declare function beginComments(id: u32, level: u32, isNested: bool): void;
export declare function commentHole(): void;
export declare function commentMember(isPointer: bool): void;
export declare function commentLine(): void;
export declare function commentAfter(level: u32): void;
export declare function endComments(): void;
