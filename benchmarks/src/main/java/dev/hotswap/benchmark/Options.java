package dev.hotswap.benchmark;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.hotswap.it.harness.Jdk;
import dev.hotswap.it.harness.Jdks;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Server;

import org.springframework.boot.convert.DurationStyle;

/**
 * What a command line says, as {@code --name=value}. Remembers what was asked for, so
 * that results can name their settings.
 */
final class Options {

	private final Map<String, String> given;

	private final Map<String, String> used = new TreeMap<>();

	private Options(Map<String, String> given) {
		this.given = given;
	}

	static Options parse(List<String> arguments) {
		Map<String, String> given = new LinkedHashMap<>();
		for (String argument : arguments) {
			String[] parts = argument.split("=", 2);
			if (!argument.startsWith("--") || parts.length != 2) {
				throw new IllegalArgumentException("Not an option of the form --name=value: " + argument);
			}
			given.put(parts[0].substring(2), parts[1]);
		}
		return new Options(given);
	}

	String text(String name, String standard) {
		String value = this.given.getOrDefault(name, standard);
		this.used.put(name, value);
		return value;
	}

	int number(String name, int standard) {
		return Integer.parseInt(text(name, Integer.toString(standard)));
	}

	Duration duration(String name, String standard) {
		return DurationStyle.detectAndParse(text(name, standard));
	}

	List<String> list(String name, String standard) {
		String value = text(name, standard);
		return value.isEmpty() ? List.of() : Arrays.asList(value.split(","));
	}

	/**
	 * What to measure on.
	 * @return each server on each JDK
	 */
	List<Platform> platforms() {
		List<String> servers = list("servers", "tomcat,netty-epoll");
		List<String> jdks = list("jdks", String.join(",", features()));
		return servers.stream()
			.map(Server::named)
			.flatMap((server) -> Jdks.all()
				.stream()
				.filter((jdk) -> jdks.contains(Integer.toString(jdk.feature())))
				.map((jdk) -> new Platform(jdk, server)))
			.toList();
	}

	List<Jdk> jdks() {
		List<String> jdks = list("jdks", String.join(",", features()));
		return Jdks.all().stream().filter((jdk) -> jdks.contains(Integer.toString(jdk.feature()))).toList();
	}

	/**
	 * All that was asked for until now, given or not, except where the results are.
	 * @return the values by name
	 * @throws IllegalArgumentException if something was given that nobody has asked for
	 */
	Map<String, String> settings() {
		Set<String> unknown = new TreeSet<>(this.given.keySet());
		unknown.removeAll(this.used.keySet());
		if (!unknown.isEmpty()) {
			throw new IllegalArgumentException("Unknown options: " + unknown);
		}
		Map<String, String> settings = new TreeMap<>(this.used);
		settings.remove("results");
		return settings;
	}

	private static List<String> features() {
		return Jdks.all().stream().map((jdk) -> Integer.toString(jdk.feature())).toList();
	}

}
