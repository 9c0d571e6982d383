package dev.hotswap.actuate;

import java.util.List;

import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.health.contributor.Health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link HotswapHealthIndicator}.
 */
class HotswapHealthIndicatorTests {

	private final TestHandoff handoff = new TestHandoff();

	private final HotswapHealthIndicator indicator = new HotswapHealthIndicator(this.handoff);

	@ParameterizedTest
	@CsvSource({ "ACTIVE, UP", "SUCCEEDING, UP", "DRAINING, DRAINING", "STANDBY, DRAINING" })
	void statusFollowsTheRole(Role role, String status) {
		this.handoff.status = TestHandoff.status(role, null);
		assertThat(this.indicator.health().getStatus().getCode()).isEqualTo(status);
	}

	@Test
	void revisionIsADetailWhereThereIsOne() {
		haveRevision();
		assertThat(this.indicator.health().getDetails()).containsEntry("revision", "1f0c7b0d8a5e");
	}

	@Test
	void detailsAreRoleGenerationAndStage() {
		assertThat(this.indicator.health().getDetails()).containsExactly(entry("role", Role.ACTIVE),
				entry("generation", 3), entry("stage", Stage.IDLE));
		this.handoff.status = TestHandoff.status(Role.SUCCEEDING, TestHandoff.running(Stage.WARM_UP));
		Health health = this.indicator.health();
		assertThat(health.getDetails()).containsEntry("role", Role.SUCCEEDING).containsEntry("stage", Stage.WARM_UP);
	}

	@Test
	void documentationShowsWhatIsAnswered() throws Exception {
		haveRevision();
		JsonNode documented = JsonMapper.shared().readTree(DocumentedJson.blocks().get(0));
		JsonNode health = JsonMapper.shared().valueToTree(this.indicator.health());
		assertThat(health).isEqualTo(documented);
	}

	private void haveRevision() {
		this.handoff.status = new HandoffStatus(Role.ACTIVE, 3, 4711, "shop", null, "1f0c7b0d8a5e", TestHandoff.SINCE,
				List.of(), null, List.of(), List.of());
	}

}
