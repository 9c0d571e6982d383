package dev.hotswap.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A table in Markdown.
 */
final class Table {

	private final List<String> lines = new ArrayList<>();

	Table(String... columns) {
		row(columns);
		row(Collections.nCopies(columns.length, "---").toArray(String[]::new));
	}

	Table row(String... cells) {
		this.lines.add("| " + String.join(" | ", cells) + " |");
		return this;
	}

	@Override
	public String toString() {
		return String.join("\n", this.lines) + "\n";
	}

}
