/** The entry of a pair worker: its only import at the start is what loads the rest. */
import { startThread } from '../support/threads/start-thread.js';

startThread(() => import('./pair-worker.js'));
