package dev.hotswap.autoconfigure;

import java.util.Map;

import dev.hotswap.web.RecordedRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ManagementRequests}.
 */
class ManagementRequestsTests {

	@ParameterizedTest
	@CsvSource({ "x=y, server, /actuator/health, true", "x=y, server, /actuator, true",
			"x=y, server, /actuators, false", "x=y, server, /hello, false", "x=y, management, /hello, true",
			"management.endpoints.web.base-path=/manage, server, /manage/info, true",
			"management.endpoints.web.base-path=/manage, server, /actuator/info, false",
			"management.endpoints.web.base-path=/manage/, server, /manage/info, true",
			"management.endpoints.web.base-path=/, server, /hello, false",
			"management.endpoints.web.base-path=/, server, /, false",
			"management.endpoints.web.base-path=/, management, /, true",
			"management.endpoints.web.base-path=, server, /hello, false",
			"management.endpoints.web.base-path=, server, /, false",
			"management.endpoints.web.base-path=, management, /health, true",
			"management.server.port=9090, server, /actuator/health, false",
			"management.server.port=9090, management, /actuator/health, true",
			"management.server.port=0, server, /actuator/health, false",
			"management.server.port=-1, server, /actuator/health, false",
			"management.server.port=8080, server, /actuator/health, true",
			"spring.mvc.servlet.path=/api, server, /api/actuator/health, true",
			"spring.mvc.servlet.path=/api/, server, /api/actuator/health, true",
			"spring.mvc.servlet.path=/api, server, /api/hello, false",
			"spring.mvc.servlet.path=/, server, /actuator/health, true",
			"server.servlet.context-path=/shop;spring.mvc.servlet.path=/api, server, /shop/api/actuator, true",
			"spring.webflux.base-path=shop, server, /shop/actuator/health, true",
			"spring.webflux.base-path=/shop/, server, /shop/actuator/health, true",
			"server.servlet.context-path=/shop, server, /shop/actuator/health, true",
			"spring.webflux.base-path=/shop, server, /shop/hello, false" })
	void probesAreTheManagements(String properties, String connector, String path, boolean management) {
		MockEnvironment environment = new MockEnvironment();
		for (String property : properties.split(";")) {
			String[] parts = property.split("=", 2);
			environment.setProperty(parts[0], parts[1]);
		}
		assertThat(new ManagementRequests(environment).test(new RecordedRequest(connector, "GET", path, Map.of(), 1)))
			.isEqualTo(management);
	}

}
