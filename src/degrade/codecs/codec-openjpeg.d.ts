/** Types of the used part of @cornerstonejs/codec-openjpeg (MIT; OpenJPEG itself is BSD), which has none of its own. */
declare module '@cornerstonejs/codec-openjpeg/wasmjs' {
  interface FrameInfo {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
    readonly isSigned: boolean;
  }

  /** Lives in WebAssembly memory until `delete`; so do the buffers, which any call may move. */
  export interface J2KEncoder {
    /** Room for the pixels, interleaved. */
    getDecodedBuffer(frame: FrameInfo): Uint8Array;
    setDecompositions(count: number): void;
    setQuality(lossless: boolean, layers: number): void;
    setCompressionRatio(layer: number, ratio: number): void;
    encode(): void;
    getEncodedBuffer(): Uint8Array;
    delete(): void;
  }

  export interface J2KDecoder {
    /** Room for a codestream. */
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getFrameInfo(): FrameInfo;
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  }

  export interface OpenJpeg {
    readonly J2KEncoder: new () => J2KEncoder;
    readonly J2KDecoder: new () => J2KDecoder;
  }

  /** A new instance with memory of its own; OpenJPEG's messages go to `print`, one a line. */
  export default function createOpenJpeg(options: { print(line: string): void }): Promise<OpenJpeg>;
}
