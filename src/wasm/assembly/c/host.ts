// Functions that the host of the C dump provides (`dump/c/host`). The code hands on its text before it calls one that
// writes.

/** Warns that a type is of an unknown kind and was left out. */
export declare function leftOut(id: u32): void;

/** Writes the rest of the name at offset `off`, from the byte at offset `stop` on, which cannot simply be copied. */
export declare function escapeName(off: u32, stop: u32): void;
/** Writes the name at offset `off` inside a string literal. */
export declare function quotedName(off: u32): void;
/** Writes the name at offset `off` as the words of an `__attribute__`. */
export declare function attributeName(off: u32): void;
/** Writes `NAME___N` for the N-th `use` of the name at offset `off`, cut as libbpf does. */
export declare function cutName(off: u32, use: u32): void;

/** Copies the name of an INT or FLOAT in C to the address `to`. Returns its length, 0 if it is the type's own name. */
export declare function baseName(id: u32, to: usize): u32;
/** Writes the typedef that the name of an INT or FLOAT needs, if it needs one that was not written yet. */
export declare function defineBase(id: u32): void;

// The following calls add pahole's comments.

/** Begins with the members of a definition at a level; `isNested` says that it stands in another one. */
export declare function beginComments(id: u32, level: u32, isNested: bool): void;
/** Called before each member, ahead of explicit padding: may write a comment about a hole. */
export declare function commentHole(): void;
/** Called before the line of each member, behind explicit padding. */
export declare function commentMember(isPointer: bool): void;
/** Called behind the tabs of each line. */
export declare function commentLine(): void;
/** Called behind the semicolon of each member: writes its offset and size. */
export declare function commentAfter(level: u32): void;
/** Called after the last member. */
export declare function endComments(): void;
