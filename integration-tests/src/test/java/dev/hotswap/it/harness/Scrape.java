package dev.hotswap.it.harness;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Prometheus endpoint says, as text. Samples are kept with their labels.
 */
public final class Scrape {

	private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(?:\\{(.*)})? (\\S+)");

	private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

	/**
	 * A metric of ours or of the process, with the selector behind it if there is one.
	 */
	private static final Pattern METRIC = Pattern.compile("\\b((?:hotswap|process)_[a-z_]+)(?:\\{([^}]*)})?");

	private static final Pattern SELECTED = Pattern.compile("([a-z_]+)(?:=~|!~|!=|=)\"");

	private static final Pattern GROUPED = Pattern.compile("by \\(([^)]*)\\)");

	private final List<Sample> samples = new ArrayList<>();

	/**
	 * Read a scrape.
	 * @param text in Prometheus' text format
	 */
	public Scrape(String text) {
		text.lines().filter((line) -> !line.startsWith("#")).forEach((line) -> {
			Matcher sample = SAMPLE.matcher(line);
			if (sample.matches()) {
				this.samples.add(new Sample(sample.group(1), labels(sample.group(2)),
						Double.parseDouble(sample.group(3).replace("Inf", "Infinity"))));
			}
		});
	}

	private static Map<String, String> labels(String text) {
		Map<String, String> labels = new HashMap<>();
		Matcher label = LABEL.matcher((text != null) ? text : "");
		while (label.find()) {
			labels.put(label.group(1), label.group(2));
		}
		return labels;
	}

	/**
	 * Add up the samples of a metric.
	 * @param metric its name
	 * @param labels names and values that the samples must have
	 * @return the sum
	 * @throws IllegalArgumentException if there is no such sample
	 */
	public double sum(String metric, Map<String, String> labels) {
		List<Sample> found = this.samples.stream()
			.filter((sample) -> sample.name().equals(metric)
					&& sample.labels().entrySet().containsAll(labels.entrySet()))
			.toList();
		if (found.isEmpty()) {
			throw new IllegalArgumentException("No sample " + metric + labels + " in " + this.samples);
		}
		return found.stream().mapToDouble(Sample::value).sum();
	}

	/**
	 * The names and labels that a query asks for and that are not here.
	 * @param query in PromQL
	 * @return what is missing; {@code instance} is Prometheus' own label
	 */
	public List<String> missing(String query) {
		List<String> missing = new ArrayList<>();
		Set<String> known = new HashSet<>(Set.of("instance"));
		Matcher metric = METRIC.matcher(query);
		while (metric.find()) {
			String name = metric.group(1);
			Set<String> labels = new HashSet<>(Set.of("instance"));
			this.samples.stream()
				.filter((sample) -> sample.name().equals(name))
				.forEach((sample) -> labels.addAll(sample.labels().keySet()));
			if (this.samples.stream().noneMatch((sample) -> sample.name().equals(name))) {
				missing.add(name);
			}
			Matcher selected = SELECTED.matcher((metric.group(2) != null) ? metric.group(2) : "");
			while (selected.find()) {
				if (!labels.contains(selected.group(1))) {
					missing.add(name + "{" + selected.group(1) + "}");
				}
			}
			known.addAll(labels);
		}
		Matcher grouped = GROUPED.matcher(query);
		while (grouped.find()) {
			for (String label : grouped.group(1).split(",\\s*")) {
				if (!known.contains(label)) {
					missing.add("by (" + label + ")");
				}
			}
		}
		return missing;
	}

	private record Sample(String name, Map<String, String> labels, double value) {

	}

}
