package dev.hotswap.actuate;

import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.SimpleHttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.SimpleStatusAggregator;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LivenessHealthEndpointGroups}.
 */
class LivenessHealthEndpointGroupsTests {

	private final HealthEndpointGroup group = mock(HealthEndpointGroup.class);

	private final HealthEndpointGroups original = mock(HealthEndpointGroups.class);

	private HandoffStatus status = TestHandoff.status(Role.SUCCEEDING, null);

	private final HealthEndpointGroups groups = new LivenessHealthEndpointGroups(this.original,
			new LivenessTolerance(1, null, () -> this.status));

	@BeforeEach
	void setUp() {
		given(this.original.getPrimary()).willReturn(this.group);
		given(this.original.get("liveness")).willReturn(this.group);
		given(this.original.get("readiness")).willReturn(this.group);
		given(this.group.getHttpCodeStatusMapper()).willReturn(new SimpleHttpCodeStatusMapper());
	}

	@Test
	void failuresInARowAreHttp200AsLongAsTheyAreTolerated() {
		HttpCodeStatusMapper liveness = this.groups.get("liveness").getHttpCodeStatusMapper();
		assertThat(liveness.getStatusCode(Status.DOWN)).isEqualTo(200);
		assertThat(liveness.getStatusCode(Status.OUT_OF_SERVICE)).isEqualTo(503);
		assertThat(liveness.getStatusCode(Status.UP)).isEqualTo(200);
		// A group is looked up for each probe
		assertThat(this.groups.get("liveness").getHttpCodeStatusMapper().getStatusCode(Status.DOWN)).isEqualTo(200);
		assertThat(this.groups.get("liveness").getHttpCodeStatusMapper().getStatusCode(Status.DOWN)).isEqualTo(503);
	}

	@Test
	void nothingIsToleratedOfAnActiveProcess() {
		this.status = TestHandoff.status(Role.ACTIVE, null);
		assertThat(this.groups.get("liveness").getHttpCodeStatusMapper().getStatusCode(Status.DOWN)).isEqualTo(503);
	}

	@Test
	void otherGroupsStayAsTheyAre() {
		assertThat(this.groups.get("readiness")).isSameAs(this.group);
		assertThat(this.groups.getPrimary()).isSameAs(this.group);
		assertThat(this.groups.get("none")).isNull();
	}

	@Test
	void restOfTheGroupStaysAsItIs() {
		SimpleStatusAggregator aggregator = new SimpleStatusAggregator();
		given(this.group.getStatusAggregator()).willReturn(aggregator);
		given(this.group.isMember("db")).willReturn(true);
		given(this.group.showComponents(SecurityContext.NONE)).willReturn(true);
		given(this.group.showDetails(SecurityContext.NONE)).willReturn(true);
		HealthEndpointGroup liveness = this.groups.get("liveness");
		assertThat(liveness.getStatusAggregator()).isSameAs(aggregator);
		assertThat(liveness.isMember("db")).isTrue();
		assertThat(liveness.isMember("hotswap")).isFalse();
		assertThat(liveness.showComponents(SecurityContext.NONE)).isTrue();
		assertThat(liveness.showDetails(SecurityContext.NONE)).isTrue();
		assertThat(liveness.getAdditionalPath()).isNull();
	}

}
