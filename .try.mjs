import { findBackbone } from '#antonym/backbones/registry.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { buildLossGraph, buildGradientsGraph, trainedSpecs } from '#antonym/train/gradients-graph.js';
import { buildUpdateGraph } from '#antonym/train/update-graph.js';
import { initialTensors, initialMoments, initialGradients } from '#antonym/train/state.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { SessionThread } from '#antonym/runtime/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
const [name='clip-tiny', photos='8', crop='96', levels='5', threads, pairs='7'] = process.argv.slice(2);
const backbone = findBackbone(name);
const layout = { photographs: +photos, levels: +levels };
const model = { backbone, prompts: seededPrompts(1, +pairs, backbone.embedding) };
const lg = buildLossGraph(model, layout, +crop, { marginConsistency: 2.5e-3, marginRank: 6.75e-2 });
const gg = buildGradientsGraph(lg);
const specs = trainedSpecs(lg.parameters);
const ug = buildUpdateGraph(specs, { beta1: .9, beta2: .98, epsilon: 1e-8, weightDecay: 1e-2, clipNorm: 1 });
console.log('params', specs.reduce((t, s) => t + s.shape.reduce((a, b) => a * b, 1), 0), 'nodes', lg.graph.nodes.length, gg.nodes.length, ug.nodes.length);
const th = new SessionThread(threads ? { threads: +threads } : {});
let t = performance.now();
await th.load('g', encodeOnnx(gg)); await th.load('u', encodeOnnx(ug));
console.log('load', performance.now() - t);
await th.writeState({ ...initialTensors(lg.parameters.specs.values(), 1), ...initialMoments(specs), ...initialGradients(specs) });
const N = layout.photographs * (layout.levels + 1) * 2;
// synthetic group: smooth random image with noise growing by level
const r = randomStream(1, 'px');
const c = +crop; const data = new Uint8Array(N * c * c * 3);
for (let p = 0, i = 0; p < layout.photographs; p++) for (let l = 0; l <= layout.levels; l++) for (let k = 0; k < 2; k++) for (let y = 0; y < c; y++) for (let x = 0; x < c; x++) for (let ch = 0; ch < 3; ch++)
  data[i++] = Math.max(0, Math.min(255, 128 + 60 * Math.sin((x + p * 7 + k * 5) / (4 + ch)) * Math.cos(y / (5 + p)) + l * 6 * (r.uniform() - .5) * 4));
const f = (v) => ({ dataType: 'float32', shape: [], data: Float32Array.of(v) });
const times = [], ut = [];
for (let s = 1; s <= +(process.env.STEPS ?? 20); s++) {
  let t = performance.now();
  const out = await th.run('g', { crops: { dataType: 'uint8', shape: [N, c, c, 3], data }, keep: f(0), share: f(1) });
  times.push(performance.now() - t); t = performance.now();
  const u = await th.run('u', { learning_rate: f(+(process.env.LR ?? 1e-3)), bias_correction1: f(1 - .9 ** s), bias_correction2: f(1 - .98 ** s) });
  ut.push(performance.now() - t);
  if (s % 5 == 0 || s < 3) console.log(s, Object.fromEntries(Object.entries(out).map(([k, v]) => [k, +v.data[0].toFixed(5)])), 'norm', u.gradient_norm.data[0]);
}
times.sort((a, b) => a - b); ut.sort((a, b) => a - b);
console.log('gradients ms', times[times.length >> 1].toFixed(1), 'update ms', ut[ut.length >> 1].toFixed(1), 'img/s', (N * 1000 / (times[times.length >> 1] + ut[ut.length >> 1])).toFixed(1), 'rss MB', (process.resourceUsage().maxRSS / 1024).toFixed(0));
await th.close();
