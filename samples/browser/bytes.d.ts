/** A file of the project as Base64, put there by `build.mjs`. */
declare module "bytes:*" {
  const base64: string;
  export default base64;
}
