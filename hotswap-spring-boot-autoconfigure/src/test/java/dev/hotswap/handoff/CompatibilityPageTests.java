package dev.hotswap.handoff;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.hotswap.control.MessageType;
import io.netty.util.Version;
import org.apache.catalina.util.ServerInfo;
import org.junit.jupiter.api.Test;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.SpringBootVersion;
import org.springframework.core.SpringVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/compatibility.md} says of versions is what there is.
 */
class CompatibilityPageTests {

	private static final Pattern FRAME = Pattern.compile("`([A-Z]+)`");

	@Test
	void testedVersionsAreThoseOfTheBuild() throws Exception {
		String netty = Version.identify().get("netty-common").artifactVersion().replace(".Final", "");
		String tomcat = ServerInfo.getServerNumber().replaceFirst("\\.0$", "");
		assertThat(page()).contains("| Spring Boot | " + SpringBootVersion.getVersion() + " |")
			.contains("Spring Framework " + SpringVersion.getVersion() + ", Tomcat " + tomcat + ", Reactor Netty "
					+ HttpServer.class.getPackage().getImplementationVersion() + ", Netty " + netty + " |");
	}

	@Test
	void everyFrameHasARowOfTheVersionThatBroughtIt() throws Exception {
		List<String> frames = new ArrayList<>();
		for (MatchResult row : Pattern.compile("(?m)^\\| (`[A-Z]+`[^|]*) \\| [^|]+ \\| (\\d+) \\|$")
			.matcher(page())
			.results()
			.toList()) {
			FRAME.matcher(row.group(1)).results().forEach((frame) -> frames.add(frame.group(1)));
			assertThat(Integer.parseInt(row.group(2))).isBetween(1, HandoffMachine.PROTOCOL_VERSION);
		}
		assertThat(frames).containsExactlyInAnyOrderElementsOf(Arrays.stream(MessageType.values())
			.filter((type) -> type != MessageType.UNKNOWN)
			.map(Enum::name)
			.toList());
	}

	@Test
	void versionOfTheControlProtocolIsNamed() throws Exception {
		assertThat(page()).contains("This is **version " + HandoffMachine.PROTOCOL_VERSION + "**");
	}

	private static String page() throws IOException {
		return Files.readString(Path.of("../docs/compatibility.md"));
	}

}
