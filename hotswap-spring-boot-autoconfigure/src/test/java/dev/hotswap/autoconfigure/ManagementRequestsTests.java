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
			"management.endpoints.web.base-path=/, server, /hello, false",
			"server.servlet.context-path=/shop, server, /shop/actuator/health, true",
			"spring.webflux.base-path=/shop, server, /shop/hello, false" })
	void probesAreTheManagements(String property, String connector, String path, boolean management) {
		String[] parts = property.split("=");
		MockEnvironment environment = new MockEnvironment().withProperty(parts[0], parts[1]);
		assertThat(new ManagementRequests(environment).test(new RecordedRequest(connector, "GET", path, Map.of(), 1)))
			.isEqualTo(management);
	}

}
