package dev.hotswap.it.harness;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.hotswap.it.harness.OnPlatforms.Choice;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Platforms}.
 */
class PlatformsTests {

	@Test
	void fullRunTakesEveryCombination() {
		assertThat(Platforms.all(jdks(17, 25), servers())).hasSize(6).doesNotHaveDuplicates();
	}

	@Test
	void eachServerAndEachJdkIsChosen() {
		for (List<Jdk> jdks : List.of(jdks(17), jdks(17, 25), jdks(17, 21, 25), jdks(17, 21, 25, 26))) {
			List<Platform> chosen = Platforms.choose(Choice.EACH_SERVER, jdks, servers());
			assertThat(chosen).hasSize(Math.max(jdks.size(), 3)).doesNotHaveDuplicates();
			assertThat(chosen).extracting(Platform::jdk).containsAll(jdks);
			assertThat(chosen).extracting(Platform::server).containsAll(servers());
		}
	}

	@Test
	void twoAreChosenWithDifferentJdksAndServers() {
		assertThat(Platforms.choose(Choice.TWO, jdks(17, 25), servers())).map(Platform::toString)
			.containsExactly("jdk=25 server=tomcat", "jdk=17 server=netty-nio");
		assertThat(Platforms.choose(Choice.TWO, jdks(17, 25), List.of(Server.TOMCAT))).map(Platform::toString)
			.containsExactly("jdk=25 server=tomcat", "jdk=17 server=tomcat");
		assertThat(Platforms.choose(Choice.TWO, jdks(17), List.of(Server.TOMCAT))).hasSize(1);
	}

	@Test
	void noneIsChosenForASubjectThatTheServerLacks() {
		assertThat(Platforms.choose(Choice.TWO, jdks(17, 25), List.of())).isEmpty();
	}

	@Test
	void aServersClassPathHasNothingOfTheOthers() {
		assertThat(classPath(Server.TOMCAT)).contains("/tomcat-embed-core").doesNotContain("netty", "webflux");
		assertThat(classPath(Server.NETTY_EPOLL)).contains("/reactor-netty-http", "/netty-transport-native-epoll")
			.doesNotContain("tomcat", "webmvc", "servlet");
		assertThat(classPath(Server.NETTY_NIO)).contains("/reactor-netty-http").doesNotContain("tomcat", "epoll");
	}

	private static String classPath(Server server) {
		return Stream.of(ClassPath.fixture(server).toString().split(File.pathSeparator))
			.map((entry) -> "/" + Path.of(entry).getFileName())
			.collect(Collectors.joining(" "));
	}

	private static List<Jdk> jdks(int... features) {
		return IntStream.of(features).mapToObj((feature) -> new Jdk(feature, Path.of("/jdk" + feature))).toList();
	}

	private static List<Server> servers() {
		return Arrays.asList(Server.values());
	}

}
