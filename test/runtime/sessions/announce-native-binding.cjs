/** Required by a process and its threads: a thread sets the number that the process has left in `loading` when it loads a native binding. */
const { getEnvironmentData, isMainThread } = require('node:worker_threads');

if (!isMainThread) {
  const load = process.dlopen;
  process.dlopen = (...of) => {
    const loading = getEnvironmentData('loading');
    Atomics.store(loading, 0, 1);
    Atomics.notify(loading, 0);
    return load.apply(process, of);
  };
}
