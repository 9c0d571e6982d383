/** Puts what was measured and told into the document. */
import { Chart, COLORS } from './chart.js';
import { Handoff } from './handoff.js';
import { Measurement } from './measurement.js';

const STAGES = ['PRECHECK', 'VERIFY', 'LAUNCH', 'START', 'WARM_UP', 'HEALTH_CHECK', 'CUTOVER', 'DRAIN', 'STANDBY'];

/** Stages after which the successor serves. */
const AFTERWARDS = ['DRAIN', 'STANDBY'];

const EVENTS = 8;

const PROCESSES = 4;

/** Without an answer for so long the page says so, in milliseconds. */
const SILENCE = 2_000;

const measurement = new Measurement('hello');
const handoff = new Handoff();
const chart = new Chart(byId('chart'), measurement, handoff.bands);
let announcedFailure = 0;

measurement.addEventListener('takeover', ({ detail: { from, to } }) =>
	tell('takeover', `Process ${to.pid} (version ${to.version}) answers instead of ${from.pid}.`));
measurement.addEventListener('failure', ({ detail: reason }) => {
	// One line for a row of failures
	if (performance.now() - announcedFailure > SILENCE) {
		tell('failure', `A request failed: ${reason}.`);
	}
	announcedFailure = performance.now();
});
handoff.addEventListener('begun', ({ detail: id }) => {
	tell('begin', `Handoff ${id} has begun.`);
	notice('', `Handoff ${id} has begun.`);
});
handoff.addEventListener('ended', ({ detail: entry }) => {
	const succeeded = entry.result === 'SUCCEEDED';
	const message = succeeded ? `Handoff ${entry.id} succeeded: process ${entry.to.pid} serves.`
		: `Handoff ${entry.id} failed in ${entry.stage} (${entry.code}): ${entry.message ?? ''} Process ${entry.from.pid} serves on.`;
	tell(succeeded ? 'success' : 'failure', message);
	notice(succeeded ? 'success' : 'error', message);
});
handoff.addEventListener('status', showHandoff);
byId('hand-over').addEventListener('click', handOver);

measurement.start();
handoff.start();
setInterval(() => {
	if (!document.hidden) {
		chart.draw();
		showFigures();
		showStages();
	}
}, 200);

async function handOver() {
	const button = byId('hand-over');
	if (button.getAttribute('aria-disabled') === 'true') {
		return;
	}
	notice('', 'Asking for a handoff …');
	const trouble = await handoff.handOver();
	if (trouble) {
		notice('error', trouble);
	}
}

function showFigures() {
	const now = performance.now();
	const { current, failed, lastAnswer } = measurement;
	const latencies = measurement.latencies();
	text('answers', measurement.answered.toLocaleString());
	text('failed', failed.toLocaleString());
	byId('failed-tile').dataset.state = failed ? 'error' : '';
	text('median', millis(middle(latencies)));
	text('slowest', millis(latencies.at(-1)));
	text('pause', millis(measurement.longestPause || undefined));
	text('connects', measurement.connects);
	if (current) {
		const { generation, role } = handoff.known.get(current.pid) ?? {};
		text('pid', current.pid);
		text('version', current.version);
		text('generation', generation ?? '–');
		text('role', role ?? '–');
		byId('swatch').style.background = color(current);
		document.title = `${current.pid} · Hotswap sample`;
	}
	const silence = now - (lastAnswer ?? 0);
	state('connection', ...(lastAnswer === null) ? ['waiting', 'Waiting for an answer']
		: (silence < SILENCE) ? ['ok', 'Connected'] : ['error', 'No answer any more']);
	rows('processes', [...measurement.processes.values()].slice(-PROCESSES).reverse().map(processRow));
}

function processRow(process) {
	const { generation, role } = handoff.known.get(process.pid) ?? {};
	const silent = performance.now() - process.last > SILENCE;
	const swatch = element('span', '', 'swatch');
	swatch.style.background = color(process);
	const name = element('th');
	name.scope = 'row';
	name.append(swatch, ` ${process.pid}`);
	return row([name, generation ?? '–', process.version, silent ? 'gone' : role ?? '–', number(process.count.toLocaleString()),
		number(millis(middle(measurement.latencies(process.pid)))), number(millis(process.slowest))], silent ? 'past' : '');
}

function showHandoff() {
	const { status, trouble, running, connections } = handoff;
	const button = byId('hand-over');
	button.setAttribute('aria-disabled', String(Boolean(running)));
	button.textContent = running ? 'Handing over …' : 'Hand over to a new process';
	showConnections(connections);
	if (trouble) {
		text('handoff-note', trouble);
	}
	if (!status) {
		return;
	}
	if (status.history.length) {
		rows('history', status.history.map(historyRow));
	}
	showStages();
}

function showStages() {
	const { status, running } = handoff;
	const last = status?.history[0];
	if (running) {
		state('handoff-state', 'running', (running.stage === 'DRAIN') ? 'Serving, predecessor drains' : 'Running');
	}
	else if (last) {
		state('handoff-state', (last.result === 'SUCCEEDED') ? 'ok' : 'error', (last.result === 'SUCCEEDED') ? 'Succeeded' : 'Failed');
	}
	if (!handoff.trouble) {
		text('handoff-note', running ? `${running.id}${running.successorPid ? `, successor is process ${running.successorPid}` : ''}`
			: last ? describe(last) : 'The button starts one. So does a signal, or a process started with --hotswap.takeover.');
	}
	const shown = (running && running.id !== last?.id) ? null : last;
	const reached = STAGES.indexOf(running?.stage ?? last?.stage);
	rows('stages', STAGES.map((stage, index) => {
		const current = running?.stage === stage;
		const took = shown?.stageMillis[stage];
		const item = element('li', '', 'stage');
		item.dataset.state = current ? 'current' : (!running && last?.result === 'FAILED' && last.stage === stage) ? 'failed'
			: (took !== undefined || index < reached) ? 'done' : 'todo';
		if (current) {
			item.setAttribute('aria-current', 'step');
		}
		item.append(element('span', sentence(stage)),
			element('span', current ? seconds(performance.now() - running.stageSince) : (took !== undefined) ? seconds(took) : '', 'took'));
		return item;
	}));
}

function describe(entry) {
	return (entry.result === 'SUCCEEDED') ? `${entry.id}: process ${entry.from.pid} handed over to ${entry.to.pid}.`
		: `${entry.id} failed with “${entry.code}”: ${entry.message ?? ''}`;
}

function historyRow(entry) {
	const times = Object.entries(entry.stageMillis);
	const sum = (wanted) => times.filter(([stage]) => AFTERWARDS.includes(stage) === wanted).reduce((total, [, took]) => total + took, 0);
	const succeeded = entry.result === 'SUCCEEDED';
	const result = element('span', succeeded ? 'Succeeded' : `${entry.stage}: ${entry.code}`, 'pill');
	result.dataset.state = succeeded ? 'ok' : 'error';
	result.title = entry.message ?? '';
	const started = element('time', new Date(entry.started).toLocaleTimeString());
	started.dateTime = entry.started;
	const moved = entry.connections;
	return row([started, entry.trigger.toLowerCase(), party(entry.from), party(entry.to), result,
		number(succeeded ? seconds(sum(false)) : '–'), number(moved ? seconds(sum(true)) : '–'),
		moved ? outcome(moved) : '–']);
}

/** Returned and announced ones are the exception. */
function outcome({ transferred, returned, announced, cut }) {
	return `${transferred} moved, ${returned ? `${returned} returned, ` : ''}${announced ? `${announced} announced, ` : ''}${cut} cut`;
}

function sentence(name) {
	return name[0] + name.slice(1).toLowerCase().replace('_', ' ');
}

function party(process) {
	return process ? `${process.pid} (generation ${process.generation})` : '–';
}

function showConnections(connections) {
	const most = connections && Math.max(1, ...Object.values(connections));
	rows('connections', Object.entries(connections ?? {}).map(([name, count]) => {
		const bar = element('div');
		const value = element('dd', count.toLocaleString());
		bar.style.setProperty('--share', count / most);
		bar.append(element('dt', sentence(name)), value);
		return bar;
	}));
	text('connections-note', connections ? 'Of the process that answered, its other clients’ included.'
		: 'The application does not count them: there is no metric hotswap.connections.');
}

function tell(kind, message) {
	const item = element('li');
	item.dataset.kind = kind;
	item.append(element('time', new Date().toLocaleTimeString()), element('span', message));
	const list = byId('events');
	list.prepend(item);
	while (list.children.length > EVENTS) {
		list.lastChild.remove();
	}
}

function notice(kind, message) {
	byId('hand-over-result').dataset.kind = kind;
	text('hand-over-result', message);
}

function middle(sorted) {
	return sorted[Math.floor(sorted.length / 2)];
}

function millis(value) {
	return (value === undefined) ? '–' : (value < 10) ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

function seconds(value) {
	return (value < 1000) ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

function color(process) {
	return `var(--process-${process.color % COLORS})`;
}

function byId(id) {
	return document.getElementById(id);
}

/** Only what has changed is written: a screen reader would read it again. */
function text(id, value) {
	if (byId(id).textContent !== String(value)) {
		byId(id).textContent = value;
	}
}

function state(id, name, value) {
	byId(id).dataset.state = name;
	text(id, value);
}

/** Likewise: what is unchanged keeps its selection and its tooltip. */
function rows(id, children) {
	const next = byId(id).cloneNode(false);
	next.append(...children);
	if (!next.isEqualNode(byId(id))) {
		byId(id).replaceChildren(...next.children);
	}
}

function element(name, content = '', className = '') {
	const created = document.createElement(name);
	created.textContent = content;
	created.className = className;
	return created;
}

function number(content) {
	return element('td', content, 'number');
}

function row(cells, className = '') {
	const created = element('tr', '', className);
	for (const cell of cells) {
		if (cell instanceof HTMLTableCellElement) {
			created.append(cell);
		}
		else {
			const data = element('td');
			data.append(cell);
			created.append(data);
		}
	}
	return created;
}
