package dev.hotswap.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the configuration metadata that is generated from {@link HotswapProperties},
 * and for the additional metadata.
 */
class ConfigurationMetadataTests {

	@Test
	void everyPropertyIsDescribed() throws Exception {
		List<JsonNode> properties = list("properties");
		assertThat(properties).extracting((property) -> property.get("name").asString())
			.contains("hotswap.enabled", "hotswap.control.socket", "hotswap.launch.ignore-listeners",
					"hotswap.drain.timeout")
			.allMatch((name) -> name.matches("(management\\.(endpoint|health)\\.)?hotswap\\..*"));
		assertThat(properties).allSatisfy((property) -> {
			assertThat(property.path("description").asString("")).as(property.get("name").asString())
				.matches("(?s)[A-Z].*\\.");
			assertThat(property.path("type").asString("")).as(property.get("name").asString()).isNotEmpty();
		});
	}

	@Test
	void defaultsAreShown() throws Exception {
		assertThat(list("properties")).filteredOn((property) -> property.has("defaultValue"))
			.extracting((property) -> property.get("name").asString() + "=" + property.get("defaultValue").asString())
			.contains("hotswap.enabled=true", "hotswap.takeover=false", "hotswap.signal=auto",
					"hotswap.ready-timeout=2m", "hotswap.drain.timeout=30s", "hotswap.drain.announce-delay=0s",
					"hotswap.release.verify=sha256", "hotswap.release.keep=3", "hotswap.prechecks.memory.enabled=true",
					"hotswap.prechecks.disk.required=64MB");
	}

	@Test
	void hintsAreForPropertiesThatExist() throws Exception {
		List<String> names = list("properties").stream().map((property) -> property.get("name").asString()).toList();
		assertThat(list("hints")).isNotEmpty()
			.allSatisfy((hint) -> assertThat(names).contains(hint.get("name").asString()));
	}

	@ParameterizedTest
	@CsvSource({ "signal, auto USR1 USR2 HUP WINCH none, true", "command, handoff status abort revert, false",
			"release.verify, sha256 none, false", "launch.ignore-listeners, *, true" })
	void valuesAreHinted(String property, String values, boolean others) throws Exception {
		JsonNode hint = list("hints").stream()
			.filter((candidate) -> candidate.get("name").asString().equals("hotswap." + property))
			.findAny()
			.orElseThrow();
		assertThat(hint.get("values").values()).extracting((value) -> value.get("value").asString())
			.containsExactly(values.split(" "));
		assertThat(hint.get("values").values())
			.allSatisfy((value) -> assertThat(value.get("description").asString()).endsWith("."));
		assertThat(hint.at("/providers/0/name").asString("").equals("any")).as("other values are allowed")
			.isEqualTo(others);
	}

	private static List<JsonNode> list(String name) throws IOException {
		URL classes = HotswapProperties.class.getProtectionDomain().getCodeSource().getLocation();
		List<JsonNode> nodes = new ArrayList<>();
		try (InputStream metadata = new URL(classes, "META-INF/spring-configuration-metadata.json").openStream()) {
			nodes.addAll(JsonMapper.shared().readTree(metadata).get(name).values());
		}
		return nodes;
	}

}
