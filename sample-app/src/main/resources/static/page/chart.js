/* global uPlot */
import { WINDOW } from './measurement.js';

/** As many as the style sheet has; later processes begin anew. */
export const COLORS = 4;

const HEIGHT = 300;

/** How far back to show, in seconds: at first only as far as the page has measured. */
const SPAN = { least: 15, most: WINDOW / 1000 };

/** Draws the last minute of a measurement: a dot for each answer, marks for all else. */
export class Chart {

	#element;

	#measurement;

	#bands;

	#plot;

	#opened = performance.now() / 1000;

	#now = this.#opened;

	/**
	 * @param element where to draw
	 * @param measurement what to draw
	 * @param bands the handoffs as {from, to}, where "to" is null while one runs
	 */
	constructor(element, measurement, bands) {
		this.#element = element;
		this.#measurement = measurement;
		this.#bands = bands;
		this.#create();
		new ResizeObserver(() => this.#plot.setSize({ width: element.clientWidth, height: HEIGHT })).observe(element);
		// Colours are the style sheet's, and a canvas keeps what it was drawn with
		matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
			this.#plot.destroy();
			this.#create();
		});
	}

	#create() {
		const font = `12px ${getComputedStyle(document.body).fontFamily}`;
		const axis = {
			font,
			stroke: this.#color('--muted'),
			grid: { stroke: this.#color('--grid'), width: 1 },
			ticks: { show: false }
		};
		this.#plot = new uPlot({
			width: this.#element.clientWidth,
			height: HEIGHT,
			padding: [24, 12, 0, 0],
			cursor: { show: false },
			legend: { show: false },
			scales: {
				x: { time: false, range: () => [this.#now - this.#span(), this.#now] },
				y: { distr: 3, range: (plot, min, max) => [0.5, Math.max(100, 10 ** Math.ceil(Math.log10(max || 1)))] }
			},
			axes: [
				{ ...axis, size: 32, splits: () => this.#times().map((ago) => this.#now - ago),
					values: () => this.#times().map((ago) => ago ? `${ago} s ago` : 'now') },
				{ ...axis, size: 64, splits: () => [1, 10, 100, 1000, 10000], filter: (plot, splits) => splits,
					values: (plot, splits) => splits.map((value) => (value < 1000) ? `${value} ms` : `${value / 1000} s`) }
			],
			series: [{}, ...Array.from({ length: COLORS }, (unused, index) => ({
				paths: () => null,
				points: { show: true, size: 5, width: 0, fill: this.#color(`--process-${index}`) }
			}))],
			hooks: { drawClear: [() => this.#drawBands()], draw: [() => this.#drawTakeovers(), () => this.#drawFailures()] }
		}, this.#data(), this.#element);
	}

	draw() {
		this.#now = performance.now() / 1000;
		this.#plot.setData(this.#data());
		const { answers, failures, takeovers } = this.#measurement;
		this.#element.setAttribute('aria-label', `Latency in the last minute. Answers: ${answers.length}, `
			+ `failed requests: ${failures.length}, changes of the process that answers: ${takeovers.length}. `
			+ 'The table below has the figures for each process.');
	}

	#span() {
		return Math.min(Math.max(this.#now - this.#opened, SPAN.least), SPAN.most);
	}

	/** Of the time axis' labels, in seconds ago. */
	#times() {
		const step = (this.#span() < 20) ? 5 : (this.#span() < 45) ? 10 : 15;
		return Array.from({ length: Math.floor(this.#span() / step) + 1 }, (unused, index) => index * step);
	}

	#data() {
		const answers = this.#measurement.answers;
		const columns = Array.from({ length: COLORS }, () => new Array(answers.length).fill(null));
		answers.forEach(({ pid, millis }, index) =>
			columns[this.#measurement.processes.get(pid).color % COLORS][index] = Math.max(millis, 0.5));
		return [answers.map(({ at }) => at / 1000), ...columns];
	}

	#drawBands() {
		const { ctx, bbox } = this.#plot;
		ctx.fillStyle = this.#color('--band');
		for (const { from, to } of this.#bands) {
			const left = Math.max(this.#x(from), bbox.left);
			const right = Math.min((to === null) ? Infinity : this.#x(to), bbox.left + bbox.width);
			if (right > left) {
				ctx.fillRect(left, bbox.top, right - left, bbox.height);
			}
		}
	}

	#drawTakeovers() {
		const { ctx, bbox } = this.#plot;
		const ratio = uPlot.pxRatio;
		ctx.save();
		ctx.lineWidth = 1.5 * ratio;
		ctx.strokeStyle = ctx.fillStyle = this.#color('--text');
		ctx.font = `600 ${12 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
		for (const { at, from, to } of this.#measurement.takeovers) {
			const x = this.#x(at);
			ctx.setLineDash([4 * ratio, 3 * ratio]);
			ctx.beginPath();
			ctx.moveTo(x, bbox.top);
			ctx.lineTo(x, bbox.top + bbox.height);
			ctx.stroke();
			const label = `${from} → ${to}`;
			const width = ctx.measureText(label).width;
			const left = Math.min(Math.max(x - width / 2, bbox.left), bbox.left + bbox.width - width);
			ctx.textAlign = 'left';
			ctx.fillText(label, left, bbox.top - 8 * ratio);
		}
		ctx.restore();
	}

	#drawFailures() {
		const { ctx, bbox } = this.#plot;
		const arm = 4 * uPlot.pxRatio;
		const y = bbox.top + 3 * arm;
		ctx.save();
		ctx.lineWidth = 2 * uPlot.pxRatio;
		ctx.strokeStyle = this.#color('--error');
		ctx.beginPath();
		for (const { at } of this.#measurement.failures) {
			const x = this.#x(at);
			ctx.moveTo(x - arm, y - arm);
			ctx.lineTo(x + arm, y + arm);
			ctx.moveTo(x + arm, y - arm);
			ctx.lineTo(x - arm, y + arm);
		}
		ctx.stroke();
		ctx.restore();
	}

	#x(at) {
		return this.#plot.valToPos(at / 1000, 'x', true);
	}

	#color(name) {
		return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
	}

}
