package dev.hotswap.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import tools.jackson.databind.JsonNode;

/**
 * The figures that JMH wrote.
 */
final class MicroReport {

	private MicroReport() {
	}

	static String markdown(JsonNode benchmarks) {
		Table table = new Table("benchmark", "parameters", "average", "± (99.9 %)", "unit", "JDK");
		for (JsonNode benchmark : benchmarks) {
			JsonNode metric = benchmark.path("primaryMetric");
			String name = benchmark.path("benchmark").asString();
			List<String> parameters = new ArrayList<>();
			benchmark.path("params").properties().forEach((entry) -> parameters.add(entry.getValue().asString()));
			table.row(name.replaceAll(".*\\.(\\w+\\.\\w+)$", "$1"), String.join(", ", parameters),
					String.format(Locale.ROOT, "%.1f", metric.path("score").asDouble()),
					String.format(Locale.ROOT, "%.1f", metric.path("scoreError").asDouble()),
					metric.path("scoreUnit").asString(), benchmark.path("jdkVersion").asString());
		}
		return table + "\n";
	}

}
