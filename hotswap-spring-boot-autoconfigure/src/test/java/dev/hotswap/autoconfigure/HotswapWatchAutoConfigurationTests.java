package dev.hotswap.autoconfigure;

import java.time.Instant;
import java.util.List;

import dev.hotswap.Handoff;
import dev.hotswap.HandoffRoleEvent;
import dev.hotswap.HandoffStageEvent;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.release.ReleaseVerification;
import dev.hotswap.release.Releases;
import dev.hotswap.watch.ChangeWatch;
import dev.hotswap.watch.ConfigurationFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.PayloadApplicationEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link HotswapWatchAutoConfiguration} and {@link ChangeWatchEvents}.
 */
class HotswapWatchAutoConfigurationTests {

	private final Handoff handoff = mock();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(HotswapAutoConfiguration.class, HotswapWatchAutoConfiguration.class))
		.withBean("hotswapHandoff", Handoff.class, () -> this.handoff)
		.withBean(Releases.class, () -> Releases.ofThisProcess(null, ReleaseVerification.NONE, 1))
		.withBean(ConfigurationFiles.class, ConfigurationFiles::new);

	@ParameterizedTest
	@ValueSource(strings = { "hotswap.watch.quiet-period=1s", "hotswap.watch.enabled=false" })
	void nothingIsWatchedUnlessItIsWanted(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(ChangeWatch.class)
				.doesNotHaveBean(ChangeWatchEvents.class));
	}

	@Test
	void changesAreWatchedIfWanted() {
		this.runner.withPropertyValues("hotswap.watch.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(ChangeWatch.class)
				.hasSingleBean(ChangeWatchEvents.class));
	}

	@Test
	void withoutAHandoffThereIsNothingToWatchFor() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(HotswapAutoConfiguration.class, HotswapWatchAutoConfiguration.class))
			.withPropertyValues("hotswap.watch.enabled=true")
			.run((context) -> assertThat(context).doesNotHaveBean(ChangeWatch.class));
	}

	@Test
	void watchIsToldWhatTheProcessIs() {
		given(this.handoff.status()).willReturn(new HandoffStatus(Role.SUCCEEDING, 2, 1, "shop", null, null,
				Instant.EPOCH, List.of(), null, List.of(), List.of()));
		ChangeWatch watch = mock();
		ChangeWatchEvents events = new ChangeWatchEvents(this.handoff, watch);
		assertThat(events.supportsEventType(PayloadApplicationEvent.class)).isFalse();
		ApplicationReadyEvent ready = mock();
		for (ApplicationEvent event : List.of(ready, new HandoffRoleEvent(this, Role.ACTIVE), stage(Stage.START),
				stage(Stage.IDLE))) {
			events.onApplicationEvent(event);
		}
		then(watch).should().role(Role.SUCCEEDING);
		then(watch).should().role(Role.ACTIVE);
		then(watch).should().handoffOver();
		then(watch).shouldHaveNoMoreInteractions();
	}

	private HandoffStageEvent stage(Stage stage) {
		return new HandoffStageEvent(this, "h1", HandoffTrigger.WATCH, stage, Role.ACTIVE);
	}

}
