package dev.hotswap.it.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.hotswap.it.harness.OnPlatforms.Choice;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Chooses the platforms of a test class as {@link OnPlatforms} says.
 */
final class Platforms implements ArgumentsProvider {

	/**
	 * The system property that takes all combinations when it is {@code all}.
	 */
	private static final String PLATFORMS = "hotswap.test.platforms";

	/**
	 * The system property that names a single server to test on.
	 */
	private static final String ONLY_SERVER = "hotswap.test.server";

	@Override
	public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
		OnPlatforms annotation = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), OnPlatforms.class)
			.orElseThrow();
		List<Server> servers = new ArrayList<>(List.of(annotation.servers()));
		String only = System.getProperty(ONLY_SERVER);
		if (only != null) {
			servers.retainAll(List.of(Server.named(only)));
		}
		boolean all = annotation.everywhere() && "all".equals(System.getProperty(PLATFORMS));
		return (all ? all(Jdks.all(), servers) : choose(annotation.value(), Jdks.all(), servers)).stream()
			.map(Arguments::of);
	}

	static List<Platform> all(List<Jdk> jdks, List<Server> servers) {
		return servers.stream().flatMap((server) -> jdks.stream().map((jdk) -> new Platform(jdk, server))).toList();
	}

	private static int number(Choice choice, int eachOnce) {
		return switch (choice) {
			case ONE -> 1;
			case TWO -> Math.min(2, eachOnce);
			case EACH_SERVER -> eachOnce;
		};
	}

	static List<Platform> choose(Choice choice, List<Jdk> jdks, List<Server> servers) {
		if (servers.isEmpty()) {
			return List.of();
		}
		int eachOnce = Math.max(jdks.size(), servers.size());
		return IntStream.range(0, number(choice, eachOnce))
			.mapToObj((i) -> new Platform(jdks.get(jdks.size() - 1 - i % jdks.size()), servers.get(i % servers.size())))
			.toList();
	}

}
