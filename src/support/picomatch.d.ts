/** The part of picomatch that is used: it comes without types. */
declare module 'picomatch' {
  function picomatch(pattern: string, options?: { readonly nocase?: boolean; readonly dot?: boolean }): (path: string) => boolean;
  namespace picomatch {
    function scan(pattern: string): { readonly base: string; readonly glob: string; readonly isGlob: boolean };
  }
  export default picomatch;
}
