/** Progress that commands show while weights are fetched and recognized. */
import { formatBytes } from '../support/byte-size.js';
import type { Progress } from '../support/progress.js';
import type { StartWatch } from '../train/starting-point.js';

export function watchWeights(progress: Progress): StartWatch {
  return {
    onAsk: progress.note,
    onDownload: (done, total) => progress.update(done, total, 'published weights', formatBytes),
    onRecognize: progress.note,
  };
}
