/** Keeps decoded images for their next crops: decoding or rendering one costs more than degrading a pair. */

import type { ImageReference } from '../datasets/image-reference.js';
import type { Image } from '../images/image.js';

/** Keeps the most recently used images within a bound on their bytes. */
export class ImageCache {
  /** In the order of use, oldest first. */
  private readonly images = new Map<string, { loading: Promise<Image>; bytes: number }>();
  private readonly maximumBytes: number;
  private readonly load: (reference: ImageReference) => Promise<Image>;
  private bytes = 0;

  constructor(maximumBytes: number, load: (reference: ImageReference) => Promise<Image>) {
    this.maximumBytes = maximumBytes;
    this.load = load;
  }

  /** The image, loaded at most once while it is kept, also for requests at the same time. A failure is not kept. */
  async get(reference: ImageReference): Promise<Image> {
    const key = JSON.stringify(reference);
    const known = this.images.get(key);
    if (known !== undefined) {
      this.images.delete(key);
      this.images.set(key, known);
      return known.loading;
    }
    const entry = { loading: this.load(reference), bytes: 0 };
    this.images.set(key, entry);
    try {
      const image = await entry.loading;
      entry.bytes = image.data.byteLength;
      this.bytes += entry.bytes;
      this.evict();
      return image;
    } catch (error) {
      this.images.delete(key);
      throw error;
    }
  }

  private evict(): void {
    for (const [key, { bytes }] of this.images) {
      if (this.bytes <= this.maximumBytes) return;
      if (bytes === 0) continue;
      this.images.delete(key);
      this.bytes -= bytes;
    }
  }
}
