/** The module that is plain JavaScript: the package's main entry brings TypeScript sources that loaders of TypeScript stumble over. */
declare module "fast-json-patch/index.mjs" {
  export { compare } from "fast-json-patch";
}
