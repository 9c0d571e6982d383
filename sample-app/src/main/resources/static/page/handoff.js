/**
 * What the application tells of its handoffs by the actuator endpoint "hotswap", and the
 * request for one. Events: "status" whenever it has been asked, "begun" with a handoff's
 * id, "ended" with each entry that is new in the history.
 */

const PATH = 'actuator/hotswap';

const CONNECTIONS = 'actuator/metrics/hotswap.connections';

/** Of a connection, in the order in which it comes to them. */
const STATES = ['NEW', 'ACTIVE', 'IDLE'];

const TIMEOUT = 5_000;

/** How often to ask, in milliseconds: a stage may be over soon, a metric is rarely added. */
const PERIOD = { resting: 1_000, running: 200, absent: 15_000 };

/** How long the word of a newer generation counts more than an older one's, in milliseconds. */
const TRUSTED = 3_000;

export class Handoff extends EventTarget {

	/** The last answer, or null. */
	status = null;

	/** Why there is none, or null. */
	trouble = null;

	/** {id, stage, stageSince, successorPid} while a handoff runs or its predecessor drains. */
	running = null;

	/** When handoffs ran: {from, to}, "to" is null while one runs. */
	bands = [];

	/** By pid: {generation, role}. */
	known = new Map();

	/** By state, or null where the application does not count them. */
	connections = null;

	#seen = null;

	#statusAt = 0;

	start() {
		this.#pollStatus();
		this.#pollConnections();
	}

	/**
	 * Ask for a handoff.
	 * @returns null, or for a person why there will be none
	 */
	async handOver() {
		let response;
		try {
			response = await fetch(PATH, { method: 'POST', signal: AbortSignal.timeout(TIMEOUT) });
		}
		catch (error) {
			return `The application could not be reached (${error.message}). Nothing was started as far as this page knows.`;
		}
		return (response.status === 202) ? null : refusal(response.status, await response.json().catch(() => ({})));
	}

	async #pollStatus() {
		if (!document.hidden) {
			await this.#ask();
			this.dispatchEvent(new CustomEvent('status'));
		}
		setTimeout(() => this.#pollStatus(), this.running ? PERIOD.running : PERIOD.resting);
	}

	async #ask() {
		try {
			const response = await get(PATH);
			if (response.ok) {
				this.trouble = null;
				this.#received(await response.json());
			}
			else {
				this.trouble = refusal(response.status, {});
			}
		}
		catch (error) {
			this.trouble = `The endpoint did not answer (${error.message}).`;
		}
	}

	#received(status) {
		const now = performance.now();
		this.known.set(status.pid, { generation: status.generation, role: status.role });
		const newer = this.status && this.status.generation > status.generation && now - this.#statusAt < TRUSTED;
		if (newer && status.role !== 'ACTIVE') {
			// A predecessor that drains still answers on the connections that it keeps
			return;
		}
		this.status = status;
		this.#statusAt = now;
		for (const { from, to } of status.history) {
			this.#remember(from, null);
			this.#remember(to, null);
		}
		status.draining.forEach((process) => this.#remember(process, 'DRAINING'));
		this.#follow(now);
		this.#announce(status.history);
	}

	/** Of a process that does not speak for itself any more. */
	#remember(process, role) {
		if (process && process.pid !== this.status.pid) {
			this.known.set(process.pid, { generation: process.generation, role });
		}
	}

	#follow(now) {
		const { handoff, draining, history } = this.status;
		let next = null;
		if (handoff) {
			next = { id: handoff.id, stage: handoff.stage, successorPid: handoff.successorPid };
		}
		else if (draining.length && history.length) {
			next = { id: history[0].id, stage: 'DRAIN', successorPid: history[0].to?.pid };
		}
		const same = next && next.id === this.running?.id;
		if (this.running && !same) {
			this.bands.at(-1).to = now;
		}
		if (next && !same) {
			this.bands.push({ from: now, to: null });
			this.dispatchEvent(new CustomEvent('begun', { detail: next.id }));
		}
		if (next) {
			next.stageSince = (same && next.stage === this.running.stage) ? this.running.stageSince : now;
		}
		this.running = next;
	}

	#announce(history) {
		const ids = new Set(history.map(({ id }) => id));
		if (this.#seen) {
			history.filter(({ id }) => !this.#seen.has(id))
				.reverse()
				.forEach((entry) => this.dispatchEvent(new CustomEvent('ended', { detail: entry })));
		}
		this.#seen = ids;
	}

	async #pollConnections() {
		if (!document.hidden) {
			this.connections = await countConnections().catch(() => null);
		}
		setTimeout(() => this.#pollConnections(), this.connections ? PERIOD.resting : PERIOD.absent);
	}

}

function get(path) {
	return fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT) });
}

/**
 * One request for the states, and one for each state's figure; in turn, so that the
 * browser's six connections are enough for all that this page asks at the same time.
 */
async function countConnections() {
	const response = await get(CONNECTIONS);
	if (!response.ok) {
		return null;
	}
	const { availableTags } = await response.json();
	const known = availableTags.find(({ tag }) => tag === 'state')?.values ?? [];
	const states = STATES.filter((state) => known.includes(state));
	const figures = {};
	for (const state of states) {
		const meter = await (await get(`${CONNECTIONS}?tag=state:${encodeURIComponent(state)}`)).json();
		figures[state] = meter.measurements[0].value;
	}
	return states.length ? figures : null;
}

function refusal(status, { message, stage }) {
	switch (status) {
		case 409:
			return `Refused: ${message ?? 'another handoff runs'}${(stage && stage !== 'IDLE') ? ` Its stage is ${stage}.` : ''}`;
		case 401:
		case 403:
			return `Not allowed (${status}): the application wants you to log in, or your account may not start handoffs.`;
		case 404:
			return 'There is no endpoint “hotswap” here (404): it is not exposed, listens on a management port of its own, or the starter is off.';
		case 405:
			return 'Not allowed (405): the endpoint is read-only. The application opens it with management.endpoint.hotswap.access=unrestricted.';
		default:
			return `The application answered ${status}${message ? `: ${message}` : '.'}`;
	}
}
