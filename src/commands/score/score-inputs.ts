/** The images of the paths that `antonym score` lists, one after the other: files, members of archives, previews, standard input. */

import { existsSync } from 'node:fs';
import { readTarImages, type TarImage } from '../../datasets/tar-images.js';
import { rawPreview } from '../../images/raw-preview.js';
import type { ImageInput } from '../../score/image-input.js';

/** The input that is scored for each path: standard input for `-`, the preview of a raw file, else the file. */
export async function* scoreInputs(
  paths: readonly string[],
  { content, takesPreviews }: { readonly content: Uint8Array | undefined; readonly takesPreviews: boolean },
): AsyncGenerator<ImageInput> {
  let members: AsyncGenerator<TarImage> | undefined;
  let opened: string | undefined;
  for (const path of paths) {
    const archive = /^(.*?\.tar)\/./is.exec(path)?.[1];
    if (archive !== undefined && !existsSync(path)) {
      if (archive !== opened) [members, opened] = [readTarImages(archive), archive];
      // both lists are in the order of the archive
      for (let next = await members!.next(); !next.done; next = await members!.next()) {
        if (next.value.path !== path) continue;
        yield next.value.data;
        break;
      }
      continue;
    }
    // one that has none is refused with the reason when it is read as a file
    const preview = takesPreviews && path !== '-' ? await rawPreview(path).catch(() => undefined) : undefined;
    yield path === '-' ? (content ?? path) : (preview ?? path);
  }
}
