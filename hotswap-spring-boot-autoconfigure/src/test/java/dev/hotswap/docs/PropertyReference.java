package dev.hotswap.docs;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.hotswap.autoconfigure.HotswapProperties;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The properties of the configuration metadata that the build has generated, and the
 * reference that the documentation shows of them.
 */
final class PropertyReference {

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	/** A value in a description, as metadata quotes it; not an apostrophe. */
	private static final Pattern QUOTED = Pattern.compile("(?<![A-Za-z])'([^']+)'");

	private static final Pattern GROUP = Pattern
		.compile("management\\.(?:endpoint|health)\\.hotswap|hotswap(\\.[a-z-]+(?=\\.))?");

	private final JsonNode metadata;

	PropertyReference() throws IOException {
		URL classes = HotswapProperties.class.getProtectionDomain().getCodeSource().getLocation();
		try (InputStream stream = new URL(classes, METADATA).openStream()) {
			this.metadata = JsonMapper.shared().readTree(stream);
		}
	}

	List<String> names() {
		return this.metadata.get("properties").valueStream().map(PropertyReference::name).toList();
	}

	List<String> groups() {
		return this.metadata.get("groups").valueStream().map(PropertyReference::name).toList();
	}

	/**
	 * The properties and groups that all metadata of the class path name: Spring Boot's,
	 * too.
	 */
	static Set<String> allNames() throws IOException {
		Set<String> names = new HashSet<>();
		for (URL metadata : Collections.list(PropertyReference.class.getClassLoader().getResources(METADATA))) {
			try (InputStream stream = metadata.openStream()) {
				JsonNode all = JsonMapper.shared().readTree(stream);
				all.path("groups").forEach((group) -> names.add(name(group)));
				all.path("properties").forEach((property) -> names.add(name(property)));
			}
		}
		return names;
	}

	/**
	 * A table for each group, and the values that a property may have below it.
	 * @return Markdown
	 */
	String render() {
		Map<String, List<JsonNode>> groups = this.metadata.get("properties")
			.valueStream()
			.collect(Collectors.groupingBy(PropertyReference::group, TreeMap::new, Collectors.toList()));
		StringBuilder page = new StringBuilder();
		groups.forEach((group, properties) -> {
			page.append("\n## `").append(group).append("`\n\n");
			page.append("| property | type | default | description |\n| --- | --- | --- | --- |\n");
			properties.forEach((property) -> page.append(row(property)));
			String values = this.metadata.get("hints")
				.valueStream()
				.filter((hint) -> group(hint).equals(group))
				.map(PropertyReference::values)
				.collect(Collectors.joining());
			page.append(values);
		});
		return page.append('\n').toString();
	}

	private static String row(JsonNode property) {
		String type = property.get("type").asString();
		String standard = property.path("defaultValue").asString("").replace('_', '-');
		return "| `%s` | %s | %s | %s |\n".formatted(name(property), type(type),
				standard.isEmpty() ? unset(type) : code(standard), text(property.get("description")));
	}

	private static String unset(String type) {
		return type.startsWith("java.util.") ? "none" : "unset";
	}

	/** Without packages; of an enum, its values. */
	private static String type(String type) {
		try {
			Object[] values = Class.forName(type).getEnumConstants();
			if (values != null) {
				return Arrays.stream(values)
					.map((value) -> code(((Enum<?>) value).name().toLowerCase(Locale.ROOT).replace('_', '-')))
					.collect(Collectors.joining(", "));
			}
		}
		catch (ClassNotFoundException ex) {
			// A parameterized type
		}
		return code(type.replaceAll("[a-z.]+\\.", "").replace(",", ", "));
	}

	private static String values(JsonNode hint) {
		String values = hint.get("values")
			.valueStream()
			.map((value) -> "- " + code(value.get("value").asString()) + ": " + text(value.get("description")) + "\n")
			.collect(Collectors.joining());
		return "\nValues of %s:\n\n%s".formatted(code(name(hint)), values);
	}

	private static String text(JsonNode text) {
		Matcher quoted = QUOTED.matcher(text.asString().replace("|", "\\|"));
		return quoted.replaceAll("`$1`");
	}

	private static String code(String text) {
		return "`" + text + "`";
	}

	private static String name(JsonNode node) {
		return node.get("name").asString();
	}

	private static String group(JsonNode property) {
		Matcher group = GROUP.matcher(name(property));
		if (!group.lookingAt()) {
			throw new IllegalStateException(name(property) + " belongs to no group");
		}
		return group.group();
	}

}
