// What a step of a format writes after its text (`dump/text-format`). "The word" is the one at the step's position in
// the record or element. Shared with WebAssembly, so literals only.

/** Nothing. */
export const TEXT_ONLY = 0;
/** The word as a number. */
export const UINT = 1;
/** The word as a signed number. */
export const INT = 2;
/** The word in hexadecimal. */
export const HEX = 3;
/** The name at the offset that the word is. */
export const NAME = 4;
/** The type's id. */
export const ID = 5;
/** The number of elements. */
export const VLEN = 6;
/** A member's offset in bits. */
export const BITS_OFFSET = 7;
/** A member's width in bits. Of a member that is no bitfield not even the text is written. */
export const BITFIELD_SIZE = 8;
/** A value of an ENUM, signed if the type is. */
export const VALUE = 9;
/**
 * A value of an ENUM, extended with its sign to 64 bits, and written as an unsigned number unless the type is signed.
 */
export const VALUE_EXTENDED = 10;
/** A value of an ENUM64, which takes two words, signed if the type is. */
export const VALUE64 = 11;
/** Bits 16 to 23 of the word. */
export const INT_OFFSET = 12;
/** Bits 0 to 7 of the word. */
export const INT_BITS = 13;
/** The step's phrase with the number in bits 24 to 27 of the word. */
export const INT_ENCODING = 14;
/** The step's phrase with the number that the word is. */
export const PHRASE = 15;
/** The step's phrase with the number of elements as its number. */
export const PHRASE_OF_VLEN = 16;
/** The first of the step's two phrases, or the second if the type has kind_flag. */
export const PHRASE_OF_FLAG = 17;
/** The step's phrase with the type's kind as its number. */
export const PHRASE_OF_KIND = 18;
/** The step's phrase with the kind of the type whose id the word is. */
export const PHRASE_OF_TYPE = 19;
/** The name of the type whose id the word is. */
export const NAME_OF_TYPE = 20;
/** Where the value of this LOC_PARAM is found. */
export const LOCATION = 21;
/**
 * Where the value of the LOC_PARAM is found whose id the word is, then the step's only phrase. Of other types not even
 * the text is written.
 */
export const LOCATION_OF_TYPE = 22;
