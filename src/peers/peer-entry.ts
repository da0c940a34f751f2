/** The entry of the thread of MPI: its only import at the start is what loads the rest. */
import { startThread } from '../support/threads/start-thread.js';

startThread(() => import('./peer-worker.js'));
