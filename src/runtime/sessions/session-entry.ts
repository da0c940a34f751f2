/** The entry of the thread of ONNX Runtime: its only import at the start is what loads the rest. */
import { startThread } from '../../support/threads/start-thread.js';

startThread(() => import('./session-worker.js'));
