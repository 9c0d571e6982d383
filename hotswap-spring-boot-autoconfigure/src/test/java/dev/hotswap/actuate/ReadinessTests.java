package dev.hotswap.actuate;

import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.SimpleHttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.SimpleStatusAggregator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.DefaultHealthContributorRegistry;
import org.springframework.boot.health.registry.HealthContributorRegistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link Readiness}.
 */
class ReadinessTests {

	@ParameterizedTest
	@CsvSource({ "UP, UP,", "UP, DOWN,", "OUT_OF_SERVICE, UP, The readiness group is OUT_OF_SERVICE.",
			"DOWN, UP, The readiness group is DOWN." })
	void readinessGroupIsAsked(String inGroup, String outside, String problem) {
		assertThat(new Readiness(health(true, inGroup, outside)).problem()).isEqualTo(problem);
	}

	@ParameterizedTest
	@CsvSource({ "UP, UP,", "UP, DOWN, The health is DOWN.", "DOWN, UP, The health is DOWN.", "UP, UNKNOWN,",
			"UNKNOWN, UNKNOWN, The health is UNKNOWN." })
	void wholeHealthIsAskedWhereProbesAreDisabled(String one, String another, String problem) {
		assertThat(new Readiness(health(false, one, another)).problem()).isEqualTo(problem);
	}

	private static HealthEndpoint health(boolean probes, String inGroup, String outside) {
		HealthEndpointGroup primary = group();
		given(primary.isMember(anyString())).willReturn(true);
		HealthEndpointGroup readiness = group();
		given(readiness.isMember("member")).willReturn(true);
		HealthEndpointGroups groups = HealthEndpointGroups.of(primary,
				probes ? Map.of("readiness", readiness) : Map.of("another", readiness));
		HealthContributorRegistry registry = new DefaultHealthContributorRegistry();
		registry.registerContributor("member", indicator(inGroup));
		registry.registerContributor("stranger", indicator(outside));
		return new HealthEndpoint(registry, null, groups, null);
	}

	private static HealthEndpointGroup group() {
		HealthEndpointGroup group = mock(HealthEndpointGroup.class);
		given(group.getStatusAggregator()).willReturn(new SimpleStatusAggregator());
		given(group.getHttpCodeStatusMapper()).willReturn(new SimpleHttpCodeStatusMapper());
		return group;
	}

	private static HealthIndicator indicator(String status) {
		return () -> Health.status(new Status(status)).build();
	}

}
