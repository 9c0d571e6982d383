package dev.hotswap.autoconfigure;

import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.hotswap.web.RecordedRequest;

import org.springframework.core.env.Environment;

/**
 * Which recorded requests are the management's. Probes may be most of what a process
 * serves; each asks databases and mail servers how they are, and none is what clients
 * wait for.
 */
final class ManagementRequests implements Predicate<RecordedRequest> {

	private static final String CONNECTOR = "management";

	private final String path;

	ManagementRequests(Environment environment) {
		String context = Stream.of("server.servlet.context-path", "spring.webflux.base-path")
			.map((name) -> environment.getProperty(name, ""))
			.filter((path) -> path.length() > 1)
			.findFirst()
			.orElse("");
		this.path = context + environment.getProperty("management.endpoints.web.base-path", "/actuator");
	}

	@Override
	public boolean test(RecordedRequest request) {
		// A base path of "/" is one that the main connector does not have
		return request.connector().equals(CONNECTOR) || request.path().equals(this.path)
				|| (!this.path.endsWith("/") && request.path().startsWith(this.path + "/"));
	}

}
