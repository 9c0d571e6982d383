/**
 * Asks the application again and again, on connections that it keeps, and remembers what
 * came back. Events: "answer" and "failure" for each request, and "takeover" when another
 * process answers than before.
 */

/** How far back the chart and the figures "of the last minute" reach, in milliseconds. */
export const WINDOW = 60_000;

/** Requests at the same time, each on a connection of its own: browsers allow six in all. */
const LANES = 3;

const PERIOD = 200;

const TIMEOUT = 5_000;

/** The browser records no more requests once 250 of them are kept. */
const ENTRIES = 100;

/** A process that has been silent for so long no longer answers, in milliseconds. */
const SILENT = 2_000;

export class Measurement extends EventTarget {

	/** Of the last minute: {at, millis, pid}, the oldest first. */
	answers = [];

	/** Of the last minute: {at, reason}. */
	failures = [];

	/** Of the last minute: {at, from, to}. */
	takeovers = [];

	/** By pid, in order of appearance: {pid, version, color, count, slowest, since, last}. */
	processes = new Map();

	/** The process that answers. */
	current = null;

	answered = 0;

	failed = 0;

	longestPause = 0;

	/** Requests for which no kept connection was at hand. */
	connects = 0;

	lastAnswer = null;

	#path;

	#number = 0;

	constructor(path) {
		super();
		this.#path = path;
	}

	start() {
		new PerformanceObserver((list) => this.#countConnects(list.getEntries()))
			.observe({ type: 'resource', buffered: true });
		// A hidden page's timers are slowed down: what it measured would not be the application's
		document.addEventListener('visibilitychange', () => this.lastAnswer = null);
		for (let lane = 0; lane < LANES; lane++) {
			this.#tick();
		}
	}

	async #tick() {
		if (!document.hidden) {
			await this.#ask();
		}
		setTimeout(() => this.#tick(), PERIOD - performance.now() % PERIOD);
	}

	async #ask() {
		const start = performance.now();
		try {
			// The number finds the request in the browser's own records
			const response = await fetch(`${this.#path}?${++this.#number}`, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT) });
			if (!response.ok) {
				throw new Error(`status ${response.status}`);
			}
			const answer = await response.json();
			const now = performance.now();
			// These do not count the time in which this page was busy drawing
			const [timing] = performance.getEntriesByName(response.url, 'resource');
			this.#answered(answer, now, timing?.duration || now - start);
		}
		catch (error) {
			this.#failed(error);
		}
	}

	#answered({ pid, version }, at, millis) {
		const process = this.#process(pid, version, at);
		process.count++;
		process.slowest = Math.max(process.slowest, millis);
		process.last = at;
		this.answered++;
		if (this.lastAnswer !== null) {
			this.longestPause = Math.max(this.longestPause, at - this.lastAnswer);
		}
		this.lastAnswer = at;
		this.answers.push({ at, millis, pid });
		this.#forget(at);
		this.#findCurrent(at);
		this.dispatchEvent(new CustomEvent('answer'));
	}

	#failed(error) {
		const at = performance.now();
		const reason = (error.name === 'TimeoutError') ? `no answer within ${TIMEOUT / 1000} s` : error.message;
		this.failed++;
		this.failures.push({ at, reason });
		this.#forget(at);
		this.dispatchEvent(new CustomEvent('failure', { detail: reason }));
	}

	#process(pid, version, at) {
		let process = this.processes.get(pid);
		if (!process) {
			process = { pid, version, color: this.processes.size, count: 0, slowest: 0, since: at, last: at };
			this.processes.set(pid, process);
		}
		if (at - process.last > SILENT) {
			process.since = at;
		}
		return process;
	}

	/**
	 * While both sides of a handoff serve, answers of both come in turn. The one that
	 * began to answer last is the one that takes over.
	 */
	#findCurrent(at) {
		const answering = [...this.processes.values()].filter((process) => at - process.last < SILENT);
		const latest = answering.reduce((one, other) => (other.since > one.since) ? other : one);
		const from = this.current;
		this.current = latest;
		if (from && from !== latest) {
			this.takeovers.push({ at, from: from.pid, to: latest.pid });
			this.dispatchEvent(new CustomEvent('takeover', { detail: { from, to: latest } }));
		}
	}

	#forget(now) {
		for (const list of [this.answers, this.failures, this.takeovers]) {
			while (list.length && list[0].at < now - WINDOW) {
				list.shift();
			}
		}
	}

	/** A request on a kept connection has no time in which it connects. */
	#countConnects(entries) {
		this.connects += entries.filter((entry) => entry.connectEnd > entry.connectStart).length;
		if (performance.getEntriesByType('resource').length > ENTRIES) {
			performance.clearResourceTimings();
		}
	}

	/** The latencies of the last minute, sorted; of one process if it is given. */
	latencies(pid) {
		return this.answers.filter((answer) => !pid || answer.pid === pid)
			.map((answer) => answer.millis)
			.sort((one, other) => one - other);
	}

}
