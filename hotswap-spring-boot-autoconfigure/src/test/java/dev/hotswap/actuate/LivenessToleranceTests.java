package dev.hotswap.actuate;

import java.time.Duration;
import java.util.List;

import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LivenessTolerance}.
 */
class LivenessToleranceTests {

	private HandoffStatus status = TestHandoff.status(Role.DRAINING, null);

	/** Close to where it overflows. */
	private long now = Long.MAX_VALUE - 1;

	@Test
	void soManyFailuresInARowAreTolerated() {
		LivenessTolerance tolerance = tolerance(2, null);
		assertThat(tolerance.tolerates()).isTrue();
		assertThat(tolerance.tolerates()).isTrue();
		assertThat(tolerance.tolerates()).isFalse();
		assertThat(tolerance.tolerates()).isFalse();
		tolerance.succeeded();
		assertThat(tolerance.tolerates()).isTrue();
	}

	@Test
	void failuresAreToleratedForSoLong() {
		LivenessTolerance tolerance = tolerance(null, Duration.ofSeconds(10));
		assertThat(tolerance.tolerates()).isTrue();
		pass(Duration.ofSeconds(10).minusNanos(1));
		assertThat(tolerance.tolerates()).isTrue();
		pass(Duration.ofNanos(1));
		assertThat(tolerance.tolerates()).isFalse();
		tolerance.succeeded();
		assertThat(tolerance.tolerates()).isTrue();
	}

	@Test
	void limitThatIsReachedFirstCounts() {
		LivenessTolerance tolerance = tolerance(2, Duration.ofSeconds(10));
		assertThat(tolerance.tolerates()).isTrue();
		pass(Duration.ofSeconds(10));
		assertThat(tolerance.tolerates()).isFalse();
		tolerance.succeeded();
		assertThat(tolerance.tolerates()).isTrue();
		assertThat(tolerance.tolerates()).isTrue();
		assertThat(tolerance.tolerates()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(value = Role.class, names = "ACTIVE", mode = EnumSource.Mode.EXCLUDE)
	void everyRoleButActiveIsTolerated(Role role) {
		this.status = TestHandoff.status(role, null);
		assertThat(tolerance(1, null).tolerates()).isTrue();
	}

	@Test
	void activeProcessIsToleratedWhileASuccessorStartsBesideIt() {
		this.status = TestHandoff.status(Role.ACTIVE, TestHandoff.running(Stage.START));
		assertThat(tolerance(1, null).tolerates()).isTrue();
	}

	@Test
	void activeProcessIsToleratedWhileAnOlderGenerationDrainsBesideIt() {
		HandoffStatus.Draining older = new HandoffStatus.Draining("1a2b3c4d", 4710, 2, Role.DRAINING, null, null);
		HandoffStatus alone = TestHandoff.status(Role.ACTIVE, null);
		this.status = new HandoffStatus(alone.role(), alone.generation(), alone.pid(), alone.application(), null, null,
				alone.since(), List.of(), null, List.of(older), List.of());
		assertThat(tolerance(1, null).tolerates()).isTrue();
	}

	@Test
	void activeProcessThatIsAloneIsNotTolerated() {
		LivenessTolerance tolerance = tolerance(2, Duration.ofSeconds(10));
		assertThat(tolerance.tolerates()).isTrue();
		this.status = TestHandoff.status(Role.ACTIVE, null);
		assertThat(tolerance.tolerates()).isFalse();
		// Failures of another handoff are counted anew
		pass(Duration.ofMinutes(1));
		this.status = TestHandoff.status(Role.ACTIVE, TestHandoff.running(Stage.START));
		assertThat(tolerance.tolerates()).isTrue();
	}

	private void pass(Duration duration) {
		this.now += duration.toNanos();
	}

	private LivenessTolerance tolerance(@Nullable Integer failures, @Nullable Duration duration) {
		return new LivenessTolerance(failures, duration, () -> this.status, () -> this.now);
	}

}
