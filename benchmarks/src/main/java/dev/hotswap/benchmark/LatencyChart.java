package dev.hotswap.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Draws timelines below each other as SVG: time to the right, latency upwards on a
 * logarithmic axis, and a vertical line for each thing that happened.
 */
final class LatencyChart {

	private static final int WIDTH = 900;

	private static final int LEFT = 60;

	private static final int RIGHT = 15;

	private static final int TOP = 62;

	private static final int PANEL = 150;

	private static final int GAP = 46;

	/** The least latency that is drawn, in ms. */
	private static final double FLOOR = 0.1;

	private final StringBuilder svg = new StringBuilder();

	private final double firstSecond;

	private final double lastSecond;

	private final double ceiling;

	private LatencyChart(List<Panel> panels) {
		this.firstSecond = panels.stream().mapToDouble((panel) -> first(panel).second()).min().orElse(0);
		this.lastSecond = panels.stream().mapToDouble((panel) -> last(panel).second()).max().orElse(1);
		double worst = panels.stream()
			.flatMap((panel) -> panel.timeline().slices().stream())
			.mapToDouble(Timeline.Slice::worst)
			.max()
			.orElse(1);
		this.ceiling = Math.pow(10, Math.max(1, Math.ceil(Math.log10(Math.max(FLOOR, worst)))));
	}

	/**
	 * Draw timelines.
	 * @param title what they have in common
	 * @param panels the timelines, from top to bottom; none of them empty
	 * @return the document
	 */
	static String draw(String title, List<Panel> panels) {
		return new LatencyChart(panels).document(title, panels);
	}

	private String document(String title, List<Panel> panels) {
		int height = TOP + panels.size() * (PANEL + GAP);
		add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
				+ " font-size=\"11\" fill=\"#333\">", WIDTH, height);
		add("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, height);
		add("<text x=\"%d\" y=\"20\" font-size=\"14\">%s</text>", LEFT, escape(title));
		add("<text x=\"%d\" y=\"38\"><tspan fill=\"#1f5fa8\">median</tspan>, <tspan fill=\"#d9822b\">worst</tspan>"
				+ " and <tspan fill=\"#c00\">not answered 200</tspan>, of the requests due in each 0.1 s;"
				+ " latency in ms, time in s from the trigger</text>", LEFT);
		for (int i = 0; i < panels.size(); i++) {
			panel(panels.get(i), TOP + i * (PANEL + GAP) + 14);
		}
		add("</svg>");
		return this.svg.toString();
	}

	private void panel(Panel panel, int top) {
		add("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>", LEFT, top - 16, escape(panel.title()));
		for (double latency = FLOOR; latency < this.ceiling * 1.1; latency *= 10) {
			double y = y(latency, top);
			add("<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/>", LEFT, y, WIDTH - RIGHT);
			add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 6, y + 4, number(latency));
		}
		for (int second = (int) Math.ceil(this.firstSecond / 5) * 5; second <= this.lastSecond; second += 5) {
			add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>", x(second), top + PANEL + 14, second);
		}
		marks(panel.timeline().marks(), top);
		line(panel.timeline(), Timeline.Slice::worst, "#d9822b", top);
		line(panel.timeline(), Timeline.Slice::median, "#1f5fa8", top);
		for (Timeline.Slice slice : panel.timeline().slices()) {
			if (slice.lost() > 0) {
				add("<path d=\"M%.1f %dv8\" stroke=\"#c00\" stroke-width=\"3\"/>", x(slice.second()), top);
			}
		}
	}

	private void marks(List<Timeline.Mark> marks, int top) {
		double free = Double.NEGATIVE_INFINITY;
		for (Timeline.Mark mark : marks) {
			double x = x(mark.second());
			add("<path d=\"M%.1f %dV%d\" stroke=\"#888\" stroke-dasharray=\"3 3\"/>", x, top, top + PANEL);
			// Names of what happened at almost the same time stand beside each other
			free = Math.max(free, x + 2);
			add("<text x=\"%.1f\" y=\"%d\" font-size=\"10\" fill=\"#666\">%s</text>", free, top - 3,
					escape(mark.name()));
			free += 8 + 5.5 * mark.name().length();
		}
	}

	private void line(Timeline timeline, ToDoubleFunction<Timeline.Slice> latency, String color, int top) {
		StringBuilder path = new StringBuilder();
		boolean drawing = false;
		for (Timeline.Slice slice : timeline.slices()) {
			double value = latency.applyAsDouble(slice);
			if (value > 0) {
				path.append(format("%s%.1f %.1f", drawing ? "L" : "M", x(slice.second()), y(value, top)));
			}
			drawing = value > 0;
		}
		add("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.3\"/>", path, color);
	}

	private double x(double second) {
		return LEFT + (second - this.firstSecond) / (this.lastSecond - this.firstSecond) * (WIDTH - LEFT - RIGHT);
	}

	private double y(double latency, int top) {
		double share = Math.log10(Math.max(FLOOR, latency) / FLOOR) / Math.log10(this.ceiling / FLOOR);
		return top + PANEL * (1 - share);
	}

	private void add(String format, Object... arguments) {
		this.svg.append(format(format, arguments)).append('\n');
	}

	private static String format(String format, Object... arguments) {
		return String.format(Locale.ROOT, format, arguments);
	}

	private static String number(double latency) {
		return (latency < 0.99) ? format("%.1f", latency) : format("%.0f", latency);
	}

	private static String escape(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;");
	}

	private static Timeline.Slice first(Panel panel) {
		return panel.timeline().slices().get(0);
	}

	private static Timeline.Slice last(Panel panel) {
		return panel.timeline().slices().get(panel.timeline().slices().size() - 1);
	}

	/**
	 * A timeline with its title.
	 *
	 * @param title what it shows
	 * @param timeline the timeline
	 */
	record Panel(String title, Timeline timeline) {
	}

}
