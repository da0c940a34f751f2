/** `npm run bench -- train|updates|degrade|crash|hostile|score|map|deploy|table|lowering|peers|prove|prove-magnitude|shipped-encoder|label-free|beside-opinions|why`: how fast this machine is, with the same code that users run. */
import { Command } from 'commander';
import { UserError } from '#antonym/support/errors.js';
import { benchBesideOpinions } from './beside-opinions.js';
import { benchCrash } from './crash.js';
import { benchDegrade } from './degrade.js';
import { benchDeploy } from './deploy.js';
import { benchHostile } from './hostile.js';
import { benchLabelFree } from './label-free.js';
import { benchLowering } from './lowering.js';
import { benchMap } from './map.js';
import { benchPeers } from './peers.js';
import { benchProve } from './prove.js';
import { benchProveMagnitude } from './prove-magnitude.js';
import { defaultPython } from './pytorch-step.js';
import { benchScore } from './score.js';
import { benchShippedEncoder } from './shipped-encoder.js';
import { benchTable } from './table.js';
import { benchTrain } from './train.js';
import { benchUpdates } from './updates.js';
import { benchWhy } from './why.js';

const program = new Command('bench').description('Measures speed and memory; medians, on this machine, now.').exitOverride();

program
  .command('train')
  .description('Training steps as the train command makes them: degraded pairs, gradients, update.')
  .option('--backbone <name>', 'image encoder (default: clip-tiny; on a device beside PyTorch clip-rn50,clip-vit-b-32)')
  .option('--weights <source>', 'as the train command takes them (default: random, or those of an ONNX file)')
  .option('--crops <n>', 'crops in a step, even (default: as the train command; on a device beside PyTorch as many as are fastest)')
  .option('--crop <pixels>', 'side of the crops (default: as the train command; on a device beside PyTorch 224)')
  .option('--steps <n>', 'steps to measure (default: 20; beside PyTorch on the CPU 7, on a device 5)')
  .option('--device <name>', 'cpu, webgpu, cuda or auto (default: cpu); beside PyTorch also several: webgpu,cuda')
  .option('--precision <name>', 'fp32 or mixed (default: fp32; on a device beside PyTorch both, always)')
  .option('--warm-up <n>', 'photographs that are trained on before: by default a first pass over all of them', '120')
  .option('--workers <n>', 'threads that make pairs (default: as the train command)')
  .option(
    '--vs <what>',
    'the same step beside ours on random crops: the folder of another checkout, such as of the commit before, in turn; or pytorch (clip-tiny, clip-rn50, clip-vit-b-32; with timm one or two of each other family). On the CPU in turn, two threads; with --device on the same card, one after the other, in fp32, TF32 and bf16',
  )
  .option('--python <path>', 'the interpreter that has PyTorch', defaultPython)
  .option('--compiled', "PyTorch's by torch.compile (needs g++)")
  .option('--profile', 'where the time of a step goes, two threads')
  .option('--json', 'print one JSON object')
  .action(benchTrain);

program
  .command('updates')
  .description('One table in Markdown: time and memory of an update of each published CLIP, as train --dry-run measures them.')
  .option('--backbone <name,...>', 'image encoders', 'clip-rn50,clip-rn101,clip-vit-b-32,clip-vit-b-16,clip-vit-l-14')
  .option('--json', 'print one JSON object')
  .action(benchUpdates);

program
  .command('degrade')
  .description('Distortions one by one, random compositions, and the pool of workers.')
  .option('--crops <n>', 'composed crops', '10000')
  .option('--pairs <n>', 'pairs made by the pool in each of three rounds', '480')
  .option('--distortion <name,...>', 'of those measured one by one')
  .option('--vs <what>', 'measure the same operations beside ours: python (PyTorch, SciPy, scikit-image, OpenCV, Pillow; one thread)')
  .option('--json', 'print one JSON object')
  .action(benchDegrade);

program
  .command('crash')
  .description(
    'Repeats every command that writes from every state that a kill before one of its changes to files leaves, and has each change fail with ENOSPC, EIO and EACCES: results are whole, and a repetition gives the same bytes.',
  )
  .option('--command <name>', 'of the commands whose name begins so')
  .option(
    '--kills <n>',
    'real processes killed for each command, spread over all changes, to compare what they leave with what was recorded',
    '10',
  )
  .option('--most <n>', 'repetitions and failing changes of each command, spread over all; default: all')
  .action(benchCrash);

program
  .command('hostile')
  .description(
    'Image files that are broken on purpose, structure by structure, in every format that is read, through the library, score, degrade check and train: no crash, no hang, bounded memory, and every good file among them is scored.',
  )
  .option('--files <n>', 'how many; one of ten is good', '200')
  .option('--seed <n>', 'other files', '1')
  .option('--keep <folder>', 'keeps the files that failed')
  .action(benchHostile);

program
  .command('score')
  .description('Scoring of one image after the other, decoding included, with an exported model of seeded random weights.')
  .option('--backbone <name>', 'image encoder', 'clip-tiny')
  .option('--crops <n>', 'images in one call', '1')
  .option('--steps <n>', 'calls to measure', '50')
  .option('--width <pixels>', 'of the images', '500')
  .option('--height <pixels>', 'of the images', '500')
  .option('--device <name>', 'cpu, webgpu or cuda', 'cpu')
  .option('--photographs <n>', 'instead: the command and the library with the model that ships, on as many photographs, in turn')
  .option('--vs <what>', 'instead: crops in memory beside the same in PyTorch, in turn, two threads: pytorch')
  .option('--python <path>', 'the interpreter that has PyTorch', defaultPython)
  .option('--compiled', "PyTorch's by torch.compile (needs g++)")
  .option('--profile', 'instead: time by operator, two threads')
  .option('--json', 'print one JSON object')
  .action(benchScore);

program
  .command('map')
  .description(
    'Maps of quality: thirds of photographs that are damaged alone, by this program, and whose mean in the map is below that of the rest.',
  )
  .option('--data <folder>', 'pristine photographs', 'shared/data/pristine/kodak')
  .option('--model <file>', 'model.onnx, its folder or a run (default: the model of this program)')
  .option('--tile <pixels,...>', 'sides of tiles (default: as the model says)')
  .option('--level <n>', 'of the damage, 1 to 5', '3')
  .option('--picture <file>', 'instead: writes the picture of docs/where.md')
  .option('--megapixels <n>', 'instead: time and memory of the map of a photograph of this size')
  .option('--json', 'print one JSON object')
  .action(benchMap);

program
  .command('deploy')
  .description(
    'What the library costs a program: size of the installation, first score of a process, memory, the wait behind uploads that were called off.',
  )
  .option('--uploads <n>', 'uploads called off', '200')
  .option('--json', 'print one JSON object')
  .action(benchDeploy);

program
  .command('table')
  .description('One table in Markdown: models on devices with every engine, training and scoring. A few minutes on two cores.')
  .option('--backbone <name,...>', 'image encoders', 'clip-tiny,clip-rn50,clip-vit-b-32')
  .option('--device <name,...>', 'devices of ONNX Runtime: cpu, webgpu, cuda', 'cpu')
  .option('--json', 'print one JSON object')
  .action(benchTable);

program
  .command('lowering')
  .description('What each pass buys: the gradients of a step on the CPU with one pass left out, in turn with the whole. Two threads.')
  .option('--backbone <name>', 'image encoder', 'clip-rn50')
  .option('--crops <n>', 'crops in a step, even', '10')
  .option('--crop <pixels>', 'side of the crops', '224')
  .option('--steps <n>', 'calls of each graph', '7')
  .option('--without <pass,...>', 'of those passes alone (default: all)')
  .option('--json', 'print one JSON object')
  .action(benchLowering);

program
  .command('peers')
  .description(
    'Several processes through MPI: the sum of gradients beside a copy of them; processor time of an update in one process and in two; and steps that sleep instead of computing.',
  )
  .option('--launcher <path>', 'mpirun of Open MPI or MPICH', 'mpirun')
  .option('--backbone <name>', 'image encoder', 'clip-tiny')
  .option('--crop <pixels>', "side of the crops (default: the backbone's)")
  .option('--steps <n>', 'updates, and steps that sleep', '6')
  .option('--processes <n,...>', 'of steps that sleep', '2,8,16')
  .option('--sleep <seconds>', 'of such a step, up to 5 % longer', '2')
  .option('--hosts <n,...>', 'only the sum, on so many hosts made of network namespaces (root)')
  .option('--rate <megabits>', 'a second, of the link of each of these hosts', '100')
  .option('--megabytes <n>', 'of the sum on hosts', '16')
  .option('--model', 'only the estimate for 8 to 64 machines of docs/many-machines.md')
  .option('--json', 'print one JSON object')
  .action(benchPeers);

program
  .command('prove')
  .description(
    'Features, losses and every gradient at published size against PyTorch, with random weights; of CLIP (python3-torch) also ten updates and exported scores, of other families (timm) nothing more.',
  )
  .option(
    '--backbone <name>',
    'clip-rn50, clip-rn101, clip-vit-b-32, clip-vit-b-16, or a small or base size of another family',
    'clip-rn50',
  )
  .option('--folder <folder>', 'what bench/python/clip_proof.py or family_proof.py wrote (default: it is run)')
  .option('--python <path>', 'the interpreter that has PyTorch or timm')
  .option('--json', 'print one JSON object')
  .action(benchProve);

program
  .command('prove-magnitude')
  .description(
    "MA-CLIP's score of eight photographs of 200x300 to 3000x2000 pixels at published size against PyTorch, with random weights; and how fast both score one of 1024x768, in turn.",
  )
  .option('--backbone <name>', 'clip-rn50, clip-rn101, clip-vit-b-32 or clip-vit-b-16', 'clip-rn50')
  .option('--data <folder>', 'photographs (default: rendered ones)')
  .option('--folder <folder>', 'keeps what bench/python/ma_clip_proof.py and the export wrote, and uses what is there')
  .option('--pairs <n>', 'measured pairs; 0: proof only', '5')
  .option('--python <path>', 'the interpreter that has PyTorch', defaultPython)
  .action(benchProveMagnitude);

program
  .command('shipped-encoder')
  .description('Writes the image encoder of the model that ships as an ONNX file, to compare heads and ways of training on.')
  .option('--out <file>', 'where to', 'out/shipped-encoder.onnx')
  .action(benchShippedEncoder);

program
  .command('label-free')
  .description(
    'The ways to train an encoder without text: prompts that are seeded, made of images or learned, and the head mlp. Order of held-out crops before training and after equal steps.',
  )
  .option('--ways <name,...>', 'sources of prompts, and mlp', 'seeded,prototypes,learnable,mlp')
  .option('--seeds <n,...>', 'of the runs', '1,2')
  .option('--backbone <name>', 'image encoder', 'out/shipped-encoder.onnx')
  .option('--mean <r,g,b>', 'that it takes, where it is an ONNX file')
  .option('--std <r,g,b>', 'the same')
  .option('--data <name>', 'pristine images', 'procedural')
  .option('--steps <n>', 'of each run', '60')
  .option('--crop <pixels>', 'side of the crops', '64')
  .option('--batch-size <n>', 'photographs in a step', '2')
  .option('--held-out <n>', 'images that are kept to measure on', '4')
  .option('--lr <rate>', 'learning rate', '1e-4')
  .option('--lr-head <factor>', 'of the parameters of a head', '10')
  .option('--json', 'print one JSON object for each run')
  .action(benchLabelFree);

program
  .command('beside-opinions')
  .description(
    "Runs of train --opinion beside the model that ships and a ridge regression on the encoder's features, on the same test images.",
  )
  .requiredOption('--runs <name,...>', 'runs, such as those of train --splits')
  .requiredOption('--images <folder>', 'the rated images')
  .option('--encoder <file>', 'what bench shipped-encoder wrote', 'out/shipped-encoder.onnx')
  .action(benchBesideOpinions);

program
  .command('why')
  .description(
    'How well a model says what is wrong with photographs: one of 24 distortions, or two, made by NumPy, SciPy, scikit-image and Pillow at level 3 and above.',
  )
  .option('--model <model>', 'as the score command takes it (default: the model of this program)')
  .option('--data <folder>', 'photographs that the model was not trained on')
  .option('--picture <file>', 'only draw a rendered scene, distorted in several ways, with what the model says of each: a WebP file')
  .option('--folder <folder>', 'keeps the distorted photographs, and uses those that are there', 'out/why')
  .option('--pairs <n>', 'pictures of each photograph with two distortions', '8')
  .option('--python <path>', 'the interpreter that has them', defaultPython)
  .option('--json', 'print one JSON object')
  .action(benchWhy);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof UserError) process.stderr.write(`error: ${error.message}\n`);
  else if (!(error instanceof Error && error.name === 'CommanderError')) throw error;
  process.exitCode = 1;
}
