package dev.hotswap.precheck;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SharedResourcesPrecheck}.
 */
class SharedResourcesPrecheckTests {

	private final Map<String, String> properties = new HashMap<>();

	@Test
	void nothingSharedNothingSaid() {
		assertThat(warnings("-Xmx1g", "-Xlog:gc", "-Xlog:disable", "-Xlog:gc::uptime")).isEmpty();
	}

	@Test
	void pidFileOfBoot() {
		this.properties.put("spring.pid.file", "/run/shop.pid");
		assertThat(warnings()).singleElement().asString().contains("/run/shop.pid", "hotswap.pid-file");
	}

	@ParameterizedTest
	@ValueSource(strings = { "-Xlog:gc:file=/var/log/gc.log", "-Xlog:gc*:/var/log/gc.log", "-Xloggc:/var/log/gc.log",
			"-Xlog:gc*,safepoint:file=/var/log/gc.log:time,level:filecount=5,filesize=10m",
			"-Xlog:gc:file=\"/var/log/gc.log\":time" })
	void logOfTheVirtualMachine(String option) {
		assertThat(warnings("-Xmx1g", option)).singleElement().asString().contains("/var/log/gc.log", option, "%p");
	}

	@ParameterizedTest
	@ValueSource(strings = { "-Xlog:gc:file=gc-%p.log", "-Xlog:gc:gc-%t.log:time", "-Xlog:gc:stdout:time",
			"-Xlog:gc*:stderr", "-Xloggc:gc.%p", "-Dgc=-Xlog:gc:file=x" })
	void logOfTheVirtualMachineThatIsNotShared(String option) {
		assertThat(warnings(option)).isEmpty();
	}

	@Test
	void log() {
		this.properties.put("logging.file.name", "logs/app.log");
		assertThat(warnings()).singleElement().asString().contains("logs/app.log", "${PID}");
		this.properties.put("logging.file.name", "logs/app-4711.log");
		assertThat(warnings()).isEmpty();
		this.properties.clear();
		this.properties.put("logging.file.path", "/var/log");
		assertThat(warnings()).singleElement().asString().contains("/var/log/spring.log");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdbc:h2:file:/data/shop", "jdbc:h2:/data/shop", "jdbc:h2:~/shop", "jdbc:h2:./shop",
			"JDBC:H2:FILE:/data/shop", "jdbc:hsqldb:file:/data/shop", "jdbc:hsqldb:/data/shop", "jdbc:derby:/data/shop",
			"jdbc:derby:shop;create=true", "jdbc:sqlite:/data/shop.db" })
	void databaseInAFile(String url) {
		this.properties.put("spring.datasource.url", url + ";PASSWORD=geheim");
		assertThat(warnings()).singleElement()
			.asString()
			.contains(url.split(";")[0])
			.doesNotContain("geheim", "create=true");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdbc:h2:mem:shop", "jdbc:h2:tcp://host/shop", "jdbc:h2:ssl://host/shop",
			"jdbc:h2:/data/shop;AUTO_SERVER=TRUE", "jdbc:hsqldb:mem:shop", "jdbc:hsqldb:hsql://host/shop",
			"jdbc:derby://host/shop", "jdbc:derby:memory:shop", "jdbc:sqlite::memory:",
			"jdbc:sqlite:file:x?mode=memory", "jdbc:sqlite:", "jdbc:postgresql://host/shop", "" })
	void databaseThatIsNoFile(String url) {
		this.properties.put("spring.datasource.url", url);
		assertThat(warnings()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "spring.pid.file, x.pid", "logging.file.name, x.log", "spring.datasource.url, jdbc:h2:file:x" })
	void warningsDoNotRefuse(String name, String value) {
		this.properties.put(name, value);
		assertThat(precheck().refuse()).isNull();
		assertThat(new SharedResourcesPrecheck(this.properties::get).refuse()).isNull();
	}

	private List<String> warnings(String... jvmOptions) {
		return precheck(jvmOptions).warnings();
	}

	private SharedResourcesPrecheck precheck(String... jvmOptions) {
		return new SharedResourcesPrecheck(this.properties::get, List.of(jvmOptions), 4711);
	}

}
