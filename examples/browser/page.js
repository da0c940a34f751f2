/** The page: photographs go to its worker, scores come back, best first. Nothing is sent anywhere. */
const status = document.getElementById('status');
const list = document.getElementById('photographs');
const worker = new Worker('score-worker.js', { type: 'module' });
/** One of each photograph, by the number that the worker knows it by. */
const rows = [];
let finished = 0;

worker.addEventListener('message', ({ data: { kind, id, score, meaning, message } }) => {
  if (kind === 'failed') status.textContent = message;
  else if (kind === 'ready') showProgress();
  else {
    finished++;
    if (kind === 'scored') showScore(rows[id], score, meaning);
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
    worker.postMessage({ id: rows.push(row) - 1, file });
  }
}

function showProgress() {
  status.textContent =
    finished < rows.length ? `Scoring ${finished + 1} of ${rows.length} …` : '0 is bad, 1 is good. The photographs stay on this machine.';
}

/** @param {HTMLElement} row @param {number} score @param {string} meaning of the score in words, if it is known */
function showScore(row, score, meaning) {
  row.dataset.score = String(score);
  append(row, 'span', 'score', score.toFixed(4));
  append(row, 'span', 'bar').style.backgroundSize = `${100 * score}%`;
  if (meaning) append(row, 'span', 'meaning', meaning);
  const next = [...list.children].find((other) => other !== row && !(Number(other.dataset.score) >= score));
  list.insertBefore(row, next ?? null);
}

function append(parent, tag, className = '', text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return parent.appendChild(element);
}
