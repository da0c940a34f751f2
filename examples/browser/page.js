/** The page: photographs go to its worker, scores and maps come back, best first. Nothing is sent anywhere. */
import { mapView } from './map-view.js';

const status = document.getElementById('status');
const list = document.getElementById('photographs');
const worker = new Worker('score-worker.js', { type: 'module' });
/** One of each photograph, by the number that the worker knows it by. */
const rows = [];
const photographs = [];
let finished = 0;

worker.addEventListener('message', ({ data: { kind, id, score, meaning, why, map, share, message } }) => {
  if (kind === 'failed') status.textContent = message;
  else if (kind === 'ready') showProgress();
  else if (kind === 'mapping') buttonOf(id).textContent = `${Math.floor(100 * share)} %`;
  else if (kind === 'mapped') showMap(id, map);
  else if (kind === 'unmapped') {
    buttonOf(id).remove();
    append(rows[id], 'span', 'error', message);
  } else {
    finished++;
    if (kind === 'scored') showScore(id, score, meaning, why);
    else append(rows[id], 'span', 'error', message);
    showProgress();
  }
});
worker.addEventListener('error', () => {
  status.textContent =
    'This browser cannot run the page, or files of it are missing: make-site.js gathers them, a web server delivers them.';
});

document.getElementById('files').addEventListener('change', ({ target }) => {
  add(target.files);
  target.value = '';
});
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('over');
});
document.addEventListener('dragleave', () => document.body.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('over');
  add(event.dataTransfer.files);
});

/** @param {Iterable<File>} files */
function add(files) {
  for (const file of files) {
    const row = append(list, 'li');
    const picture = append(row, 'img');
    picture.alt = '';
    picture.loading = 'lazy';
    picture.addEventListener('error', () => {
      picture.style.visibility = 'hidden';
    });
    picture.src = URL.createObjectURL(file);
    append(row, 'span', 'name', file.name);
    photographs.push(file);
    worker.postMessage({ kind: 'score', id: rows.push(row) - 1, file });
  }
}

function showProgress() {
  status.textContent =
    finished < rows.length ? `Scoring ${finished + 1} of ${rows.length} …` : '0 is bad, 1 is good. The photographs stay on this machine.';
}

/** @param {number} id @param {number} score @param {string} meaning of the score in words, if it is known @param {string} why what is wrong */
function showScore(id, score, meaning, why) {
  const row = rows[id];
  row.dataset.score = String(score);
  append(row, 'span', 'score', score.toFixed(4));
  append(row, 'span', 'bar').style.backgroundSize = `${100 * score}%`;
  append(row, 'span', 'meaning', meaning);
  const where = append(row, 'button', 'where', 'Where?');
  where.type = 'button';
  where.title = 'show where it is good and where it is not';
  where.addEventListener('click', () => askForMap(id));
  if (why) append(row, 'span', 'why', why);
  const next = [...list.children].find((other) => other !== row && !(Number(other.dataset.score) >= score));
  list.insertBefore(row, next ?? null);
}

function buttonOf(id) {
  return rows[id].querySelector('.where');
}

/** A map takes many times as long as a score, so it is made when somebody asks for it; then the button hides and shows it. */
function askForMap(id) {
  const shown = rows[id].querySelector('.map');
  if (shown) {
    shown.hidden = !shown.hidden;
    buttonOf(id).textContent = shown.hidden ? 'Where?' : 'Hide';
    return;
  }
  buttonOf(id).disabled = true;
  buttonOf(id).textContent = '…';
  worker.postMessage({ kind: 'map', id, file: photographs[id] });
}

async function showMap(id, map) {
  rows[id].append(await mapView(photographs[id], map));
  buttonOf(id).disabled = false;
  buttonOf(id).textContent = 'Hide';
}

function append(parent, tag, className = '', text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return parent.appendChild(element);
}
