/**
 * The value that a step of a format writes after its text. Shared with the loop that takes the steps, so plain constants. "The word" is
 * that at the step's position in the record, or in the element.
 */

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
/** A member's width in bits; of what is no bitfield neither text nor width. */
export const BITFIELD_SIZE = 8;
/** A value of an ENUM, signed if the type is. */
export const VALUE = 9;
/** A value of an ENUM, signed, but as an unsigned number of 64 bits unless the type is signed. */
export const VALUE_EXTENDED = 10;
/** A value of an ENUM64, two words, signed if the type is. */
export const VALUE64 = 11;
/** Bits 16 to 23 of the word. */
export const INT_OFFSET = 12;
/** Bits 0 to 7 of the word. */
export const INT_BITS = 13;
/** One of the step's phrases, by bits 24 to 27 of the word. */
export const INT_ENCODING = 14;
/** One of the step's phrases, by the word. */
export const PHRASE = 15;
/** One of the step's phrases, by the number of elements. */
export const PHRASE_OF_VLEN = 16;
/** One of the step's two phrases, by the type's flag. */
export const PHRASE_OF_FLAG = 17;
/** One of the step's phrases, by the type's kind. */
export const PHRASE_OF_KIND = 18;
/** One of the step's phrases, by the kind of the type that the word names. */
export const PHRASE_OF_TYPE = 19;
/** The name of the type that the word names. */
export const NAME_OF_TYPE = 20;
/** Where this LOC_PARAM is found. */
export const LOCATION = 21;
/** Where the LOC_PARAM is found that the word names, and the step's one phrase; of another type not even the text. */
export const LOCATION_OF_TYPE = 22;
