/** What every command does, for the help of the program, which need not load the commands for it: that takes a second. */

/** In the order of the help; each starts with a verb, without a full stop. */
export const commandSummaries = {
  train: 'train a model on pristine photographs and export it',
  score: 'score photographs with an exported model',
  evaluate: 'measure models against human opinion, or how scores follow distortions',
  calibrate: 'put the score of a model on the scale of your own ratings',
  export: 'write the ONNX file of a run, or of published weights',
  degrade: 'make degraded pairs of photographs, and look at them',
  compare: 'compare pictures before and after a change',
  report: 'write a page about a run, or one that compares runs',
  devices: 'list what this machine can compute with',
  'fetch-cuda': "fetch what --device cuda needs: ONNX Runtime's CUDA provider",
  prune: "remove ONNX Runtime's libraries for other platforms",
} as const;
