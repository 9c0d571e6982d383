package dev.hotswap.actuate;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.AdditionalPathsMapper;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.SimpleHttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.SimpleStatusAggregator;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

/**
 * Tests for {@link DrainingHealthEndpointGroups}.
 */
class DrainingHealthEndpointGroupsTests {

	private final HealthEndpointGroup group = mock(HealthEndpointGroup.class);

	private final HealthEndpointGroups original = mock(HealthEndpointGroups.class,
			withSettings().extraInterfaces(AdditionalPathsMapper.class));

	private boolean stopping;

	private final HealthEndpointGroups groups = new DrainingHealthEndpointGroups(this.original, () -> this.stopping);

	@BeforeEach
	void setUp() {
		given(this.original.getPrimary()).willReturn(this.group);
		given(this.original.get("readiness")).willReturn(this.group);
		given(this.original.get("custom")).willReturn(this.group);
		given(this.original.getNames()).willReturn(Set.of("readiness", "custom"));
		given(this.group.getStatusAggregator()).willReturn(new SimpleStatusAggregator());
		given(this.group.getHttpCodeStatusMapper()).willReturn(new SimpleHttpCodeStatusMapper());
	}

	@Test
	void componentBelongsToReadinessOnly() {
		given(this.group.isMember("db")).willReturn(true);
		assertThat(this.groups.get("readiness").isMember("hotswap")).isTrue();
		assertThat(this.groups.get("readiness").isMember("db")).isTrue();
		assertThat(this.groups.get("readiness").isMember("ping")).isFalse();
		assertThat(this.groups.get("custom").isMember("hotswap")).isFalse();
		assertThat(this.groups.getPrimary().isMember("hotswap")).isFalse();
		assertThat(this.groups.getNames()).containsExactlyInAnyOrder("readiness", "custom");
		assertThat(this.groups.get("none")).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "UP, DRAINING", "UNKNOWN, DRAINING", "DOWN, DOWN", "OUT_OF_SERVICE, OUT_OF_SERVICE" })
	void drainingIsWorseThanUpAndBetterThanWhatIsWrong(String other, String aggregate) {
		Set<Status> statuses = Set.of(HotswapHealthIndicator.DRAINING, new Status(other));
		for (HealthEndpointGroup each : List.of(this.groups.getPrimary(), this.groups.get("custom"),
				this.groups.get("readiness"))) {
			assertThat(each.getStatusAggregator().getAggregateStatus(statuses).getCode()).isEqualTo(aggregate);
			assertThat(each.getStatusAggregator().getAggregateStatus(Set.of(new Status(other))).getCode())
				.isEqualTo(other);
		}
	}

	@Test
	void drainingAloneIsNotDropped() {
		assertThat(this.groups.getPrimary()
			.getStatusAggregator()
			.getAggregateStatus(Set.of(HotswapHealthIndicator.DRAINING))).isEqualTo(HotswapHealthIndicator.DRAINING);
	}

	@Test
	void drainingIsHttp200() {
		assertThat(
				this.groups.get("readiness").getHttpCodeStatusMapper().getStatusCode(HotswapHealthIndicator.DRAINING))
			.isEqualTo(200);
	}

	@Test
	void drainingWithoutASuccessorIsHttp503() {
		HttpCodeStatusMapper mapper = this.groups.get("readiness").getHttpCodeStatusMapper();
		this.stopping = true;
		assertThat(mapper.getStatusCode(HotswapHealthIndicator.DRAINING)).isEqualTo(503);
		assertThat(mapper.getStatusCode(Status.UP)).isEqualTo(200);
		assertThat(mapper.getStatusCode(Status.DOWN)).isEqualTo(503);
	}

	@Test
	void codeThatTheUserChoseIsKept() {
		given(this.group.getHttpCodeStatusMapper()).willReturn(new SimpleHttpCodeStatusMapper(Map.of("DRAINING", 429)));
		this.stopping = true;
		assertThat(
				this.groups.get("readiness").getHttpCodeStatusMapper().getStatusCode(HotswapHealthIndicator.DRAINING))
			.isEqualTo(429);
	}

	@Test
	void additionalPathsAreKept() {
		given(((AdditionalPathsMapper) this.original).getAdditionalPaths(EndpointId.of("health"),
				WebServerNamespace.SERVER))
			.willReturn(List.of("/readyz"));
		assertThat(((AdditionalPathsMapper) this.groups).getAdditionalPaths(EndpointId.of("health"),
				WebServerNamespace.SERVER))
			.containsExactly("/readyz");
		assertThat(new DrainingHealthEndpointGroups(mock(HealthEndpointGroups.class), () -> false)
			.getAdditionalPaths(EndpointId.of("health"), WebServerNamespace.SERVER)).isNull();
	}

}
