package dev.hotswap.autoconfigure;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.hotswap.web.RecordedRequest;

import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Which recorded requests are the management's. Probes may be most of what a process
 * serves; each asks databases and mail servers how they are, and none is what clients
 * wait for.
 * <p>
 * They are those of the management's own connector, and on the main one those below the
 * base path of the endpoints, unless that is empty: then they cannot be told from the
 * application's.
 */
final class ManagementRequests implements Predicate<RecordedRequest> {

	private static final String CONNECTOR = "management";

	private final Environment environment;

	/** On the main connector. */
	private final List<String> paths;

	ManagementRequests(Environment environment) {
		this.environment = environment;
		String base = path("management.endpoints.web.base-path", "/actuator");
		if (base.isEmpty() || hasPortOfItsOwn()) {
			this.paths = List.of();
		}
		else {
			// One is a servlet application's, one a reactive one's; each serves nothing
			// outside of its own
			this.paths = Stream
				.of(path("server.servlet.context-path", "") + path("spring.mvc.servlet.path", ""),
						path("spring.webflux.base-path", ""))
				.map((prefix) -> prefix + base)
				.toList();
		}
	}

	/** Written as Spring Boot understands it, which cleans all of these in this way. */
	private String path(String property, String fallback) {
		String path = StringUtils.trimTrailingCharacter(this.environment.getProperty(property, fallback).strip(), '/');
		return (path.isEmpty() || path.startsWith("/")) ? path : "/" + path;
	}

	/** As Spring Boot's {@code ManagementPortType}, which may not be there. */
	private boolean hasPortOfItsOwn() {
		Integer port = this.environment.getProperty("management.server.port", Integer.class);
		int main = this.environment.getProperty("server.port", Integer.class, 8080);
		return port != null && (port == 0 || port != main);
	}

	@Override
	public boolean test(RecordedRequest request) {
		return request.connector().equals(CONNECTOR) || this.paths.stream()
			.anyMatch((path) -> request.path().equals(path) || request.path().startsWith(path + "/"));
	}

}
